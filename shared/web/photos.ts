import { takenOf } from './exif.ts'
import { uuid } from './ids.ts'

/** A photo on this phone, ready to be sent under its own id. */
export interface Photo {
  id: string
  blob: Blob
  /** Object address for `<img>`; see `release`. */
  url: string
  takenAt: string | null
  /** Where the camera says it was, in WGS-84 degrees. */
  takenWhere?: { lon: number; lat: number } | null
}

const LONGEST_PX = 1600
const HEAVIEST_BYTES = 350 * 1024
const QUALITIES = [0.82, 0.72, 0.6, 0.45]

/** Makes picked files ready: at most 1600 px and 350 KB, without the notes cameras write, with the time they were taken. */
export function preparePhotos(files: Iterable<File>): Promise<Photo[]> {
  return Promise.all(Array.from(files, prepare))
}

/** Frees the memory behind the pictures of photos that are no longer shown. */
export function release(photos: readonly Photo[]): void {
  for (const photo of photos) URL.revokeObjectURL(photo.url)
}

/** The photo again after its object address was lost, as with a draft read back. */
export const revive = (photo: Omit<Photo, 'url'>): Photo => ({ ...photo, url: URL.createObjectURL(photo.blob) })

async function prepare(file: File): Promise<Photo> {
  const { at, where } = await takenOf(file)
  const blob = await shrink(file)
  return revive({ id: uuid(), blob, takenAt: at?.toISOString() ?? null, takenWhere: where })
}

/** Browsers turn the picture upright while drawing; one they cannot read (HEIC) goes to the server as it is. */
async function shrink(file: File): Promise<Blob> {
  const image = await load(file)
  if (!image) return file
  const scale = Math.min(1, LONGEST_PX / Math.max(image.naturalWidth, image.naturalHeight))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(image.naturalWidth * scale)
  canvas.height = Math.round(image.naturalHeight * scale)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  let smallest: Blob = file
  for (const quality of QUALITIES) {
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality))
    if (blob) smallest = blob
    if (smallest.size <= HEAVIEST_BYTES) break
  }
  return smallest
}

async function load(file: File): Promise<HTMLImageElement | null> {
  const url = URL.createObjectURL(file)
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    return image
  } catch {
    return null
  } finally {
    URL.revokeObjectURL(url)
  }
}
