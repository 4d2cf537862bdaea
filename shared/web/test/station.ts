import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'

export interface Frame {
  type: string
  id?: string
  payload?: { token?: string; variables?: Record<string, unknown> }
}

/** The server's side of graphql-transport-ws, over a real socket. */
export class Station {
  readonly frames: Frame[] = []
  readonly sockets: WebSocket[] = []
  private readonly server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  /** What a token gets: a close code, or an open line. */
  admit: (token: string | undefined) => number | 'open' = () => 'open'

  constructor() {
    this.server.on('connection', (socket) => {
      this.sockets.push(socket)
      socket.on('message', (data) => this.hear(socket, JSON.parse(String(data)) as Frame))
    })
  }

  private hear(socket: WebSocket, frame: Frame): void {
    this.frames.push(frame)
    if (frame.type !== 'connection_init') return
    const verdict = this.admit(frame.payload?.token)
    if (verdict === 'open') socket.send(JSON.stringify({ type: 'connection_ack' }))
    else socket.close(verdict, 'no')
  }

  /** Where it listens, once it does. */
  async origin(): Promise<string> {
    if (!this.server.address()) await once(this.server, 'listening')
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  get subscriptions(): Frame[] {
    return this.frames.filter(({ type }) => type === 'subscribe')
  }

  async subscribed(count: number): Promise<Frame> {
    await vi.waitFor(() => expect(this.subscriptions).toHaveLength(count), { timeout: 5000 })
    return this.subscriptions[count - 1] as Frame
  }

  tell(frame: Frame, data: unknown): void {
    this.sockets.at(-1)?.send(JSON.stringify({ id: frame.id, type: 'next', payload: { data } }))
  }

  refuse(frame: Frame, code: string): void {
    const payload = [{ message: code, extensions: { code } }]
    this.sockets.at(-1)?.send(JSON.stringify({ id: frame.id, type: 'error', payload }))
  }

  /** What somebody who reads too slowly is told: the last answer, and the end. */
  resync(frame: Frame): void {
    const errors = [{ message: 'RESYNC', extensions: { code: 'RESYNC' } }]
    this.sockets.at(-1)?.send(JSON.stringify({ id: frame.id, type: 'next', payload: { data: null, errors } }))
    this.sockets.at(-1)?.send(JSON.stringify({ id: frame.id, type: 'complete' }))
  }

  close(): void {
    for (const socket of this.sockets) socket.terminate()
    this.server.close()
  }
}
