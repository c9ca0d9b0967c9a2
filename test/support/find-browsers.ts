/** Finds the browsers of this machine. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const { env, platform } = process

/** CHROME_PATH, or anything built on Chromium. */
export function findChromium(): string | undefined {
  return [
    env['CHROME_PATH'],
    ...onPath('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'),
    ...installed('Google Chrome', 'Google/Chrome/Application/chrome.exe'),
    ...installed('Chromium', 'Chromium/Application/chrome.exe'),
    ...installed('Microsoft Edge', 'Microsoft/Edge/Application/msedge.exe'),
  ].find(executable)
}

/** FIREFOX_PATH, or an installed Firefox. */
export function findFirefox(): string | undefined {
  return [
    env['FIREFOX_PATH'],
    ...onPath('firefox', 'firefox-esr'),
    ...installed('Firefox', 'Mozilla Firefox/firefox.exe'),
  ].find(executable)
}

/** WebKitGTK's driver and the browser that comes with the library; it needs a display, or Xvfb. */
export function findWebKit(): { driver: string; binary: string } | undefined {
  const driver = onPath('WebKitWebDriver').find(executable)
  if (!driver || !canShowWindows()) return undefined
  const binary = ['/usr/lib', '/usr/libexec', '/usr/lib64']
    .filter((root) => existsSync(root))
    .flatMap((root) => [root, ...architectures(root)])
    .flatMap((root) => ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0'].map((name) => join(root, name)))
    .map((folder) => join(folder, 'MiniBrowser'))
    .find(executable)
  return binary ? { driver, binary } : undefined
}

/** Whether there is a display, or Xvfb. */
export function canShowWindows(): boolean {
  return platform !== 'linux' || Boolean(env['DISPLAY']) || onPath('Xvfb').some(executable)
}

function architectures(root: string): string[] {
  const names = readdirSync(root).filter((name) => name.includes('linux-gnu'))
  return names.map((name) => join(root, name))
}

function executable(path: string | undefined): path is string {
  if (!path) return false
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function onPath(...names: string[]): string[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return names.flatMap((name) => folders.map((folder) => join(folder, name)))
}

/** Where macOS (by application name) and Windows (below Program Files) would have it. */
function installed(macName: string, windowsPath: string): string[] {
  if (platform === 'darwin') {
    const executableName = macName === 'Firefox' ? 'firefox' : macName
    return ['/Applications', join(env['HOME'] ?? '', 'Applications')].map((folder) =>
      join(folder, `${macName}.app/Contents/MacOS/${executableName}`),
    )
  }
  if (platform === 'win32') {
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) =>
      env[name] ? [join(env[name], windowsPath)] : [],
    )
  }
  return []
}
