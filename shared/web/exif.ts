/** Reads when and where a JPEG was taken, before shrinking throws the note away. EXIF 2.32 §4.6; only what we need of it. */

const DATE_TIME_ORIGINAL = 0x9003
const EXIF_IFD = 0x8769
const GPS_IFD = 0x8825
const [LAT_REF, LAT, LON_REF, LON] = [1, 2, 3, 4]
/** EXIF sits within the first segments; more of the file need not be read. */
const HEAD_BYTES = 128 * 1024

export interface Taken {
  /** The moment of exposure as the camera wrote it, read as Asia/Shanghai when it names no zone; null when unknown. */
  at: Date | null
  /** WGS-84 degrees; null when the camera did not know. */
  where: { lon: number; lat: number } | null
}

const UNKNOWN: Taken = { at: null, where: null }

/** What the camera wrote beside the picture. */
export async function takenOf(file: Blob): Promise<Taken> {
  try {
    const tiff = tiffIn(new DataView(await file.slice(0, HEAD_BYTES).arrayBuffer()))
    return tiff ? read(tiff) : UNKNOWN
  } catch (failure) {
    if (failure instanceof RangeError) return UNKNOWN // a cut or odd header
    throw failure
  }
}

function tiffIn(view: DataView): DataView | null {
  if (view.getUint16(0) !== 0xffd8) return null
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const isExif = view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966
    if (isExif) return new DataView(view.buffer, at + 10)
  }
  return null
}

function read(tiff: DataView): Taken {
  const little = tiff.getUint16(0) === 0x4949
  const first = tiff.getUint32(4, little)
  /** Where the value of a tag stands, or the pointer to it. */
  const find = (directory: number, tag: number): number | undefined => {
    const count = tiff.getUint16(directory, little)
    for (let entry = 0; entry < count; entry++) {
      const at = directory + 2 + entry * 12
      if (tiff.getUint16(at, little) === tag) return at + 8
    }
    return undefined
  }
  const follow = (directory: number, tag: number): number | undefined => {
    const at = find(directory, tag)
    return at === undefined ? undefined : tiff.getUint32(at, little)
  }
  const degrees = (gps: number, value: number, ref: number, negative: string): number | null => {
    const [at, sign] = [follow(gps, value), find(gps, ref)]
    if (at === undefined || sign === undefined) return null
    const [whole, minutes, seconds] = [0, 8, 16].map(
      (step) => tiff.getUint32(at + step, little) / tiff.getUint32(at + step + 4, little),
    ) as [number, number, number]
    const found = whole + minutes / 60 + seconds / 3600
    const side = String.fromCharCode(tiff.getUint8(sign)) === negative ? -1 : 1
    return Number.isFinite(found) ? side * found : null
  }

  const [exif, gps] = [follow(first, EXIF_IFD), follow(first, GPS_IFD)]
  const text = exif === undefined ? undefined : follow(exif, DATE_TIME_ORIGINAL)
  const at = text === undefined ? null : dateAt(tiff, text)
  if (gps === undefined) return { at, where: null }
  const [lat, lon] = [degrees(gps, LAT, LAT_REF, 'S'), degrees(gps, LON, LON_REF, 'W')]
  return { at, where: lat === null || lon === null ? null : { lon, lat } }
}

function dateAt(tiff: DataView, text: number): Date | null {
  let written = ''
  for (let index = 0; index < 19; index++) written += String.fromCharCode(tiff.getUint8(text + index))
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(written)
  return parts ? new Date(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}+08:00`) : null
}
