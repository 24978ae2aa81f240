import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLinkLocal } from './link-local.ts'

test('every spelling of a link-local metadata address is found', () => {
  for (const address of [
    '169.254.169.254',
    '169.254.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'febf:ffff::1',
    '[fe80::1]',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::ffff:0:a9fe:a9fe',
    '::a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::a9fe:a9fe',
    '64:ff9b:1:a9fe:00a9:fe00::',
    '2002:a9fe:a9fe::1',
    '2001:0:4136:e378:8000:63bf:5601:5601',
    'fd00:ec2::254',
    '100.100.100.200',
    '168.63.129.16',
    '0:0:0:0:0:ffff:a9fe:a9fe',
  ])
    assert.equal(isLinkLocal(address), true, address)
})

test('private, loopback and public addresses are left alone', () => {
  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '192.168.1.1',
    '169.253.255.255',
    '169.255.0.0',
    '::1',
    '::',
    'fec0::1',
    'fd00::1',
    '64:ff9b::7f00:1',
    '2001:db8::a9fe:a9fe',
    '2002:7f00:1::',
    'metadata.internal',
    '',
  ])
    assert.equal(isLinkLocal(address), false, address)
})
