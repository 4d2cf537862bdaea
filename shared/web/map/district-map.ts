import 'leaflet/dist/leaflet.css'
import {
  type Bounds,
  canvas,
  divIcon,
  type Layer,
  type Point as LeafletPoint,
  latLngBounds,
  layerGroup,
  bounds as makeBounds,
  map as makeMap,
  point as makePoint,
  marker,
  type Polygon,
  polygon,
  polyline,
} from 'leaflet'
import type { Point } from '../geo.ts'
import type { Meaning } from '../status.ts'
import { type Area, type District, type LatLng, latLng, unroll } from './district.ts'

export interface Pin extends Point {
  id: string
  s: Meaning
  shape?: string | undefined
  /** What the pin is, for those who do not see it. */
  label: string
}

/** One area of a choropleth: `step` 1…5 on the ramp, 0 for too few to say. */
export interface Shade {
  code: string
  step: number
  label: string
}

/** A line drawn over the map: what there is, dashed, or what there would be. */
export interface Outline {
  code: string
  name: string
  rings: readonly (readonly number[])[]
  look: 'before' | 'after'
}

export interface DistrictMap {
  outlines(outlines: readonly Outline[]): void
  pins(pins: readonly Pin[]): void
  shades(shades: readonly Shade[]): void
  /** Shows the pin that can be dragged, or hides it. */
  picked(point: Point | null): void
  look(at: Point, zoom?: number): void
  zoom(by: 1 | -1): void
  /** Draws again, in the colours of the theme now in force. */
  redraw(): void
  remove(): void
}

export interface MapEvents {
  pin(id: string): void
  area(code: string): void
  pick(point: Point): void
}

const NEAR = 17
/** From this zoom on, what is drawn and named. */
const SHOWN_FROM = { communities: 14, cells: 16 }
const NAMED = {
  streets: [0, 14.5],
  communities: [14.5, 16.5],
  roads: [14.5, 99],
  landmarks: [15.5, 99],
  cells: [16.5, 99],
}
/** Room a name takes, in pixels per letter and per line. */
const NAME_PX = { letter: 13, line: 18 }

/** Draws the district without any tiles: boundaries by width, names by zoom, the colours of the theme. */
export function drawDistrict(element: HTMLElement, data: District, events: MapEvents): DistrictMap {
  const map = makeMap(element, {
    renderer: canvas({ padding: 0.3 }),
    zoomControl: false,
    attributionControl: false,
    minZoom: 11,
    maxZoom: 19,
    zoomSnap: 0.5,
    fadeAnimation: false,
    zoomAnimation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    maxBoundsViscosity: 0.8,
  })
  let zooming = false // an animation that outlives its map would draw on what is gone
  map.on('zoomanim', () => {
    zooming = true
  })
  map.on('zoomend', () => {
    zooming = false
  })
  const outline = data.district.rings.map(unroll)
  const bounds = latLngBounds(outline.flat())
  map.fitBounds(bounds).setMaxBounds(bounds.pad(0.4))

  const [ground, shading, drawn, names, points, picking] = Array.from({ length: 6 }, () => layerGroup().addTo(map))
  const layers = { ground, shading, drawn, names, points, picking } as Record<string, ReturnType<typeof layerGroup>>
  const put = (name: string, layer: Layer): unknown => layers[name]?.addLayer(layer)
  const colour = (name: string): string =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
  let shades: readonly Shade[] = []
  let pinned = ''
  let outlines: readonly Outline[] = []
  const still = { interactive: false } as const

  function drawGround(): void {
    ground?.clearLayers()
    put('ground', polygon(outline, { ...still, stroke: false, fillColor: colour('map-land'), fillOpacity: 1 }))
    for (const { rings } of data.water) {
      put(
        'ground',
        polygon(rings.map(unroll), { ...still, stroke: false, fillColor: colour('map-water'), fillOpacity: 1 }),
      )
    }
    const width = Math.max(1.5, (map.getZoom() - 12) * 2)
    for (const { line } of data.roads)
      put('ground', polyline(unroll(line), { ...still, color: colour('map-road'), weight: width }))
    const edges = (areas: readonly Area[], weight: number, opacity: number): void => {
      const rings = areas.flatMap(({ rings }) => rings.map((ring) => unroll(ring)))
      put('ground', polygon(rings, { ...still, fill: false, color: colour('map-line'), weight, opacity }))
    }
    if (map.getZoom() >= SHOWN_FROM.cells) edges(data.cells, 0.5, 0.7)
    if (map.getZoom() >= SHOWN_FROM.communities) edges(data.communities, 0.8, 0.7)
    edges(data.streets, 1.5, 0.8)
    edges([data.district], 2.5, 1)
  }

  function drawShades(): void {
    shading?.clearLayers()
    const byCode = new Map([data.streets, data.communities, data.cells].flat().map((area) => [area.code, area]))
    for (const { code, step, label } of shades) {
      const area = byCode.get(code)
      if (!area) continue
      // the canvas takes a pattern wherever it takes a colour
      const fillColor = step ? colour(`ramp${step}`) : (hatch(colour('surface'), colour('ctl')) as unknown as string)
      const shape = polygon(
        area.rings.map((ring) => unroll(ring)),
        {
          color: colour('surface'),
          weight: 1.5,
          fillColor,
          fillOpacity: 0.9,
        },
      )
      shape.on('click', () => events.area(code)).bindTooltip(label, { sticky: true })
      put('shading', shape)
    }
  }

  function drawOutlines(): void {
    drawn?.clearLayers()
    const looks = {
      before: { color: colour('ink2'), weight: 3, dashArray: '7 6', fill: false },
      after: { color: colour('brand'), weight: 3, fillColor: colour('brand'), fillOpacity: 0.15 },
    }
    for (const look of ['after', 'before'] as const) {
      for (const { rings, name } of outlines.filter((one) => one.look === look)) {
        const shape = polygon(
          rings.map((ring) => unroll(ring)),
          looks[look],
        )
        put('drawn', shape.bindTooltip(name, { sticky: true }))
      }
    }
  }

  function drawNames(): void {
    names?.clearLayers()
    const zoom = map.getZoom()
    const view = map.getBounds()
    const taken: Bounds[] = []
    for (const [kind, [from = 0, to = 0]] of Object.entries(NAMED)) {
      if (zoom < from || zoom >= to) continue
      for (const { name, at } of data[kind as keyof typeof NAMED]) {
        if (!view.contains(latLng(at))) continue
        const box = nameBox(map.latLngToContainerPoint(latLng(at)), name)
        if (taken.some((other) => other.overlaps(box))) continue
        taken.push(box)
        put('names', marker(latLng(at), { ...still, keyboard: false, icon: nameIcon(name, kind) }))
      }
    }
  }

  const draw = (): void => {
    drawGround()
    drawShades()
    drawOutlines()
    drawNames()
  }
  map
    .on('zoomend', () => {
      drawGround()
      drawShades() // on top again
      drawOutlines()
    })
    .on('moveend', drawNames)
  draw()

  return {
    outlines(next) {
      outlines = next
      drawOutlines()
      const shapes = (drawn?.getLayers() ?? []) as Polygon[]
      const all = shapes.reduce((sum, shape) => sum.extend(shape.getBounds()), latLngBounds([]))
      if (all.isValid()) map.fitBounds(all.pad(0.2), { animate: false, maxZoom: NEAR })
    },
    pins(pins) {
      points?.clearLayers()
      for (const pin of pins) {
        const one = marker([pin.lat, pin.lon], { icon: pinIcon(pin), title: pin.label, riseOnHover: true })
        put(
          'points',
          one
            .on('click', () => events.pin(pin.id))
            .on('keypress', (event) => enter(event.originalEvent, () => events.pin(pin.id))),
        )
      }
      // what only moved does not move the map under a finger
      const now = pins.map(({ id }) => id).join()
      if (pins.length && now !== pinned) map.fitBounds(latLngBounds(pins.map(place)).pad(0.2), { maxZoom: NEAR })
      pinned = now
    },
    shades(next) {
      const codes = (some: readonly Shade[]): string => some.map(({ code }) => code).join()
      const others = codes(next) !== codes(shades)
      shades = next
      drawShades()
      const shapes = (shading?.getLayers() ?? []) as Polygon[]
      const all = shapes.reduce((sum, shape) => sum.extend(shape.getBounds()), latLngBounds([]))
      if (others && all.isValid()) map.fitBounds(all, { animate: false })
    },
    picked(point) {
      picking?.clearLayers()
      if (!point) return
      const one = marker(place(point), { icon: pickIcon(), draggable: true, autoPan: true, keyboard: false })
      one.on('dragend', () => events.pick({ lon: one.getLatLng().lng, lat: one.getLatLng().lat }))
      put('picking', one)
    },
    look: (at, zoom = NEAR) => map.setView(place(at), zoom, { animate: false }),
    zoom: (by) => map.setZoom(map.getZoom() + by),
    redraw: draw,
    // what it still has to say after a resize must find nobody
    remove: () => (zooming ? map.once('zoomend', () => map.remove().off()) : map.remove().off()),
  }
}

/** Where a name will stand; two names never share the place. */
function nameBox(middle: LeafletPoint, name: string): Bounds {
  const half = makePoint(name.length * NAME_PX.letter, NAME_PX.line).divideBy(2)
  return makeBounds(middle.subtract(half), middle.add(half))
}

const place = ({ lon, lat }: Point): LatLng => [lat, lon]

function enter(event: KeyboardEvent, act: () => void): void {
  if (event.key === 'Enter' || event.key === ' ') act()
}

/** Too few to say: lines that slant, as in the key. */
function hatch(paper: string, line: string): CanvasPattern | null {
  const tile = document.createElement('canvas')
  const size = 8
  tile.width = size
  tile.height = size
  const pen = tile.getContext('2d')
  if (!pen) return null
  pen.fillStyle = paper
  pen.fillRect(0, 0, size, size)
  pen.strokeStyle = line
  pen.lineWidth = 1.5
  for (const x of [-size, 0, size]) {
    pen.moveTo(x, size)
    pen.lineTo(x + size, 0)
  }
  pen.stroke()
  return pen.createPattern(tile, 'repeat')
}

/** Elements, not text: nothing a person typed is ever read as HTML. */
function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}

function symbol(name: string, className: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('class', className)
  svg.setAttribute('aria-hidden', 'true')
  svg.append(document.createElementNS('http://www.w3.org/2000/svg', 'use'))
  svg.firstElementChild?.setAttribute('href', `#${name}`)
  return svg
}

function nameIcon(name: string, kind: string) {
  return divIcon({ className: `map__name map__name--${kind}`, html: element('span', '', name), iconSize: [0, 0] })
}

function pinIcon({ s, shape = `s-${s}` }: Pin) {
  const html = element('span', 'pin')
  html.dataset.s = s
  html.append(symbol(shape, shape.startsWith('s-') ? 'shape' : 'i i--s'))
  return divIcon({ className: 'pin__hit', html, iconSize: [44, 44] })
}

function pickIcon() {
  const html = element('span', 'pin__pick')
  html.append(symbol('pin', 'i i--l'))
  return divIcon({ className: 'pin__hit', html, iconSize: [44, 44], iconAnchor: [22, 40] })
}
