import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPrivateAddress, publicLookup } from '../lib/foreign.ts';

test('addresses of this machine and of networks behind it are private, in every spelling', () => {
  const here = ['127.0.0.1', '0.0.0.0', '[::1]', '::', '::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1'];
  const near = [
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    'fe80::1',
    'fd00::1',
    'fec0::1',
  ];
  const wrapped = [
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    '2001:0:7f00:1::1',
    '::ffff:a00:1',
    '64:ff9b:1::a00:1',
    '::ffff:0:a00:1',
  ];
  for (const address of [...here, ...near, ...wrapped]) assert.ok(isPrivateAddress(address), address);
});

test('addresses of the world, and names, are not', () => {
  const world = ['1.1.1.1', '172.32.0.1', '[2606:4700::1111]', '64:ff9b::1.1.1.1', '::ffff:1.1.1.1', 'example.com'];
  for (const address of world) assert.ok(!isPrivateAddress(address), address);
});

test('a name that means a private address is not looked up', async () => {
  const error = await new Promise((resolve) => publicLookup('localhost', {}, resolve));
  assert.match(String(error), /private address localhost/);
});
