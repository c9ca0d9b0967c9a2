/** uPlot asks for number formats in `navigator.language` as it is loaded; in WebKitGTK on a system without one, that is “C”. */
try {
  Intl.getCanonicalLocales(navigator.language)
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true })
}
