export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <script src="/keep.js" />
      </head>
      <body>{children}</body>
    </html>
  )
}
