/** To be written. */
export {}
