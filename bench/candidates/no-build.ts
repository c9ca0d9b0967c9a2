/** Stands for an earlier build where none is given. */
export const SteadySocket = undefined
export const json = undefined
