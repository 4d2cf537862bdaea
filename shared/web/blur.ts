/** 打码: mosaic painted over parts of a photo, on the phone, before it is sent. */

export interface Spot {
  /** In pixels of the picture. */
  x: number
  y: number
}

/** One movement of the brush; a box is a stroke of one spot. */
export type Stroke = readonly Spot[]

/** Blocks across the longer side: faces and plates cannot be told any more. */
const BLOCKS = 40

/** How far the brush reaches from its middle: a twelfth of the longer side. */
export const brushOf = (canvas: HTMLCanvasElement): number => Math.max(canvas.width, canvas.height) / 12

/** The picture drawn small and large again: each block one colour, the middle of many pixels. */
export function mosaicOf(image: HTMLImageElement): HTMLCanvasElement {
  const { naturalWidth: width, naturalHeight: height } = image
  const scale = BLOCKS / Math.max(width, height)
  const small = canvasOf(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)))
  draw(small).drawImage(image, 0, 0, small.width, small.height)
  const mosaic = canvasOf(width, height)
  const onto = draw(mosaic)
  onto.imageSmoothingEnabled = false
  onto.drawImage(small, 0, 0, width, height)
  return mosaic
}

/** The photo with the strokes over it. */
export function paint(
  canvas: HTMLCanvasElement,
  image: HTMLImageElement,
  mosaic: HTMLCanvasElement,
  strokes: readonly Stroke[],
): void {
  const onto = draw(canvas)
  const reach = brushOf(canvas)
  onto.drawImage(image, 0, 0)
  for (const stroke of strokes)
    for (const { x, y } of stroke) {
      const [left, top] = [Math.max(0, x - reach), Math.max(0, y - reach)]
      const [wide, high] = [Math.min(canvas.width, x + reach) - left, Math.min(canvas.height, y + reach) - top]
      if (wide > 0 && high > 0) onto.drawImage(mosaic, left, top, wide, high, left, top, wide, high)
    }
}

/** The spots between two, so that a fast finger leaves no gap. */
export function between(from: Spot, to: Spot, step: number): Spot[] {
  const count = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / step))
  return Array.from({ length: count }, (_, n) => ({
    x: from.x + ((to.x - from.x) * (n + 1)) / count,
    y: from.y + ((to.y - from.y) * (n + 1)) / count,
  }))
}

export function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return canvas
}

function draw(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const onto = canvas.getContext('2d')
  if (!onto) throw new Error('no canvas')
  return onto
}
