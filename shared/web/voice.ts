import { uuid } from './ids.ts'

/** A voice note on this phone, ready to be sent under its own id. */
export interface Voice {
  id: string
  blob: Blob
}

export const MOST_SECONDS = 60
const RATE_HZ = 16_000
const HEADER_BYTES = 44

/** How long a note of ours is, in whole seconds: every sample has two bytes. */
export const secondsOf = (blob: Blob): number =>
  Math.min(MOST_SECONDS, Math.max(1, Math.ceil((blob.size - HEADER_BYTES) / (RATE_HZ * 2))))

/** What a recorder gave, written anew as WAV (one channel, 16 bits, 16 kHz): every browser plays that, and it holds sound only. */
export async function voiceOf(recorded: Blob): Promise<Voice> {
  const heard = await new OfflineAudioContext(1, 1, RATE_HZ).decodeAudioData(await recorded.arrayBuffer())
  const channels = Array.from({ length: heard.numberOfChannels }, (_, n) => heard.getChannelData(n))
  const length = Math.min(heard.length, MOST_SECONDS * RATE_HZ)
  const samples = new Int16Array(length)
  for (let at = 0; at < length; at++) {
    const sum = channels.reduce((total, channel) => total + (channel[at] ?? 0), 0)
    samples[at] = Math.round(Math.max(-1, Math.min(1, sum / channels.length)) * 0x7fff)
  }
  return { id: uuid(), blob: new Blob([header(length * 2), samples], { type: 'audio/wav' }) }
}

/** The 44 bytes before the samples. */
function header(bytes: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES))
  const word = (at: number, text: string): void => {
    for (let n = 0; n < text.length; n++) view.setUint8(at + n, text.charCodeAt(n))
  }
  word(0, 'RIFF')
  view.setUint32(4, HEADER_BYTES - 8 + bytes, true)
  word(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, RATE_HZ, true)
  view.setUint32(28, RATE_HZ * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  word(36, 'data')
  view.setUint32(40, bytes, true)
  return view.buffer
}
