import { Chat } from './chat'

export default async function Page({ searchParams }) {
  const { url } = await searchParams
  return <Chat url={url} />
}
