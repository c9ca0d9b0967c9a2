/** What the reader of a guide has: names that its code uses and does not explain. */

declare function show(text: string): void
declare function badge(text: string): void
declare function getToken(): Promise<string>
