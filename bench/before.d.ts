/** An earlier build of the library, or nothing: `npm run bench -- --before FILE` decides. */
declare module 'before'
