/**
 * Who may import whom, as data. `src` is a house: its folders are rooms, and each stands on a floor. A room imports from
 * those on floors below it, and from itself; never from above, and never from another room on its own floor.
 */

/** From the top down. A name ending in .ts is a file. */
const FLOORS = [
  ['index.ts'],
  ['cli'],
  ['workbench', 'demo'],
  ['sync', 'searches', 'audiences', 'doctor'],
  ['sources/algolia-profiles', 'sources/algolia-search-analytics', 'contexts'],
  ['airbyte', 'segment', 'algolia'],
  ['input'],
  ['report'],
  ['errors.ts', 'clock.ts', 'backoff.ts', 'version.ts']
]

/** Rooms that import nothing of the house: the first is copied into Segment's repository, the second goes into a page. */
const ALONE = ['destinations', 'browser', 'local']

/** The stand-ins are for whoever shows and tries: not for what users rely on. */
const USERS_OF_STAND_INS = ['cli/local-*.ts', 'workbench', 'demo', 'local']

const rooms = FLOORS.flat()
const path = (room) => `./src/${room}`

const upwards = FLOORS.flatMap((floor, index) =>
  floor.map((room) => ({
    target: path(room),
    from: FLOORS.slice(0, index + 1)
      .flat()
      .filter((other) => other !== room)
      .map(path),
    message: `${room} imports only from floors below it: see eslint.floors.js.`
  }))
)

const alone = ALONE.map((room) => ({
  target: path(room),
  from: [...rooms, ...ALONE.filter((other) => other !== room)].map(path),
  message: `${room} stands alone: see eslint.floors.js.`
}))

const standIns = {
  target: [
    `./src/!(${USERS_OF_STAND_INS.filter((user) => !user.includes('/')).join('|')}|cli)/**/*`,
    './src/cli/!(local-*).ts'
  ],
  from: path('local'),
  message: 'Stand-ins are for demo, workbench, tests and their own commands: see eslint.floors.js.'
}

module.exports = { zones: [...upwards.filter(({ from }) => from.length > 0), ...alone, standIns] }
