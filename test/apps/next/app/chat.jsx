'use client'

import { useState } from 'react'
import { SteadySocket } from 'steadysocket'
import { useMessage, useSocket, useSocketState, useStatus } from 'steadysocket/react'

/** Lives outside, and is made on the server, too. */
const shared = new SteadySocket(() => new URLSearchParams(location.search).get('url'))

export function Chat({ url }) {
  const [isShown, show] = useState(true)
  return (
    <main>
      {isShown && <Lines url={url} />}
      <i>{useSocketState(shared).name}</i>
      <button type="button" onClick={() => show(!isShown)}>
        toggle
      </button>
    </main>
  )
}

function Lines({ url }) {
  const socket = useSocket(url)
  const [lines, setLines] = useState([])
  useMessage(socket, (line) => setLines((before) => [...before, line]))
  return (
    <p>
      {useStatus(socket).name} {lines.join()}
    </p>
  )
}
