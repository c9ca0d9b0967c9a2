/** What is used of a package that comes without types. */
declare module 'react-refresh/runtime' {
  const runtime: {
    injectIntoGlobalHook(global: object): void
    register(component: unknown, name: string): void
    setSignature(component: unknown, key: string): void
    performReactRefresh(): void
  }
  export default runtime
}
