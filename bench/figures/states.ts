/** The states and what leads from one to the next. */
import { text } from '../svg.ts'
import { figure } from './look.ts'

const boxWidth = 104
const boxHeight = 38

export function states(): string {
  const description =
    'idle leads to connecting by connect(); connecting to open when the connection is open and the handshake done; connecting and ' +
    'open to waiting when the attempt fails, the connection is lost or the page goes away; waiting to connecting when the delay is ' +
    'over or the page or the network is back. From each of these close() leads to closing, and that to closed; no more retries lead ' +
    'to closed at once. connect() and reconnect() lead back to connecting.'
  return figure({
    title: 'The states of a socket',
    description,
    height: 448,
    body: [
      '<rect class="group" x="4" y="10" width="472" height="232" rx="12"/>',
      state(16, 52, 'idle'),
      state(180, 52, 'connecting'),
      state(364, 52, 'open'),
      state(180, 184, 'waiting'),
      arrow('M120 71H172', 176, 71, 'right'),
      text(148, 42, 'note middle', 'connect()'),
      arrow('M284 71H356', 360, 71, 'right'),
      text(322, 42, 'note middle', 'handshake'),
      text(322, 62, 'note middle', 'done'),
      // There and back again.
      arrow('M212 184V98', 212, 94, 'up'),
      text(202, 132, 'note end', 'delay over, or page'),
      text(202, 150, 'note end', 'or network is back'),
      arrow('M250 90V176', 250, 180, 'down'),
      text(258, 132, 'note', 'attempt failed'),
      arrow('M416 90V203H292', 288, 203, 'left'),
      text(408, 178, 'note end', 'connection lost,'),
      text(408, 196, 'note end', 'page left'),
      // The end.
      state(180, 300, 'closing'),
      state(180, 400, 'closed'),
      arrow('M232 242V292', 232, 296, 'down'),
      text(242, 264, 'note', 'close(), or its signal'),
      text(242, 282, 'note', 'is aborted'),
      arrow('M232 338V392', 232, 396, 'down'),
      text(242, 362, 'note', 'server has answered,'),
      text(242, 380, 'note', 'or closeTimeout is over'),
      arrow('M440 242V419H292', 288, 419, 'left'),
      text(432, 438, 'note end', 'no more retries'),
      arrow('M180 419H30V250', 30, 246, 'up'),
      text(40, 296, 'note', 'connect(),'),
      text(40, 314, 'note', 'reconnect(): to'),
      text(40, 332, 'note', 'connecting'),
    ],
  })
}

function state(x: number, y: number, name: string): string {
  return [
    `<rect class="state" x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" rx="8"/>`,
    text(x + boxWidth / 2, y + 24, 'title middle', name),
  ].join('\n')
}

const heads = {
  right: 'l-10 -5v10z',
  left: 'l10 -5v10z',
  up: 'l-5 10h10z',
  down: 'l-5 -10h10z',
}

function arrow(line: string, x: number, y: number, towards: keyof typeof heads): string {
  return `<path class="arrow" d="${line}"/><path class="head" d="M${x} ${y}${heads[towards]}"/>`
}
