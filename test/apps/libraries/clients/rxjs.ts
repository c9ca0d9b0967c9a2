/** rxjs: its `webSocket()` errors when the socket closes, and `retry()` makes a new one. */
import { filter, firstValueFrom, retry, share } from 'rxjs'
import { webSocket } from 'rxjs/webSocket'
import { type Ask, Socket } from './sockets.ts'

export default (url: string): Ask => {
  const subject = webSocket<string>({ url, WebSocketCtor: Socket })
  const answers = subject.pipe(retry({ delay: 10 }), share())
  answers.subscribe()
  return (text) => {
    const answer = firstValueFrom(answers.pipe(filter((each) => each === text)))
    subject.next(text)
    return answer
  }
}
