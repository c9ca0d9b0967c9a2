export default {
  // Not the folder of the library, which has a lock file, too.
  turbopack: { root: import.meta.dirname },
  allowedDevOrigins: ['127.0.0.1'],
}
