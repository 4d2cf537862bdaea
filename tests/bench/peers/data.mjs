// What the peers share: who asks, and the stores. Each store answers the same three questions.
// Names of matters and cells are kept in memory, as the product keeps them.
import { DatabaseSync } from 'node:sqlite'
import { createVerifier } from 'fast-jwt'
import pg from 'pg'

const COLUMNS = 'id, no, version, state, title, danger, likes, reported_at, matter_code, area'
const REPORT = 'id, title, text, cell, lon, lat, reporter_id, state, reported_at'

// A verified token is remembered, as ours is.
const verify = createVerifier({ key: process.env.PUBLIC_KEY, allowedAud: 'sanwei', allowedIss: 'sanwei', cache: 10000 })

/** The claims of a request's token; throws for a bad one. */
export const claims = headers => verify((headers.authorization ?? '').slice(7))

export const openStore = url => (url.startsWith('sqlite') ? openSqlite(url.split('///')[1]) : openPostgres(url))

const byCode = rows => new Map(rows.map(({ code, name }) => [code, { code, name }]))

const report = (r, person) => [
  r.id, r.text.slice(0, 40), r.text, r.cell, r.lon, r.lat, person, 'reported', new Date().toISOString(),
]

function openSqlite(file) {
  const db = new DatabaseSync(file)
  for (const pragma of ['journal_mode=wal', 'synchronous=full', 'busy_timeout=5000']) db.exec(`pragma ${pragma}`)
  const list = db.prepare(`select ${COLUMNS} from work_order where area = ? order by reported_at desc, id desc limit ?`)
  const one = db.prepare(`select ${COLUMNS} from work_order where id = ?`)
  const insert = db.prepare(`insert into bench_report (${REPORT}) values (?,?,?,?,?,?,?,?,?)`)
  const named = table => byCode(db.prepare(`select code, name from ${table}`).all())
  const shape = row => shaped(row, `${row.reported_at.replace(' ', 'T')}+00:00`, row.danger === 1)
  const shaped = shaper(named('bench_matter'), named('bench_cell'))
  return {
    list: (cell, first) => list.all(cell, first).map(shape),
    one: id => shape(one.get(id)),
    create: (r, person) => insert.run(...report(r, person)),
  }
}

async function openPostgres(url) {
  const pool = new pg.Pool({ connectionString: url, max: 20 })
  const list = {
    name: 'list',
    text: `select ${COLUMNS} from work_order where area = $1 order by reported_at desc, id desc limit $2`,
  }
  const one = { name: 'one', text: `select ${COLUMNS} from work_order where id = $1` }
  const insert = { name: 'insert', text: `insert into bench_report (${REPORT}) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)` }
  const named = async table => byCode((await pool.query(`select code, name from ${table}`)).rows)
  const shaped = shaper(await named('bench_matter'), await named('bench_cell'))
  const shape = row => shaped(row, row.reported_at.toISOString(), row.danger)
  return {
    list: async (cell, first) => (await pool.query({ ...list, values: [cell, first] })).rows.map(shape),
    one: async id => shape((await pool.query({ ...one, values: [id] })).rows[0]),
    create: (r, person) => pool.query({ ...insert, values: report(r, person) }),
  }
}

const shaper = (matters, cells) => (row, reportedAt, danger) => ({
  id: row.id, no: row.no, version: row.version, state: row.state, title: row.title, danger, likes: row.likes,
  reportedAt, matter: matters.get(row.matter_code), place: { cell: cells.get(row.area) },
})
