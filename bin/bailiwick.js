#!/usr/bin/env node
// The published program. Plain JavaScript, so that an old Node.js can read it and say what is needed.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`Bailiwick needs Node.js 24 or newer; this is ${process.version}.`)
  process.exit(1)
}
import('../src/main.js')
