import assert from 'node:assert/strict';
import { test } from 'node:test';
import { s3LocationOf } from '../../lib/cdn/s3/location.ts';
import { VideoToolsetError } from '../../lib/errors.ts';

const locationOf = (text: string) => s3LocationOf(new URL(text));

test('an address names bucket, prefix, region, endpoint and style', () => {
  assert.deepEqual(locationOf('s3://clips'), { bucket: 'clips', root: '', pathStyle: false });
  assert.deepEqual(locationOf('s3://my.clips-1/'), { bucket: 'my.clips-1', root: '', pathStyle: false });
  assert.deepEqual(locationOf('s3://clips/a%20b/Лодка/?region=eu-central-1'), {
    bucket: 'clips',
    root: 'a b/Лодка/',
    region: 'eu-central-1',
    pathStyle: false,
  });
  assert.deepEqual(locationOf('s3://clips/a?endpoint=https://minio.example:9000'), {
    bucket: 'clips',
    root: 'a/',
    endpoint: 'https://minio.example:9000/',
    pathStyle: true,
  });
  assert.equal(locationOf('s3://clips?endpoint=https://s3.example&pathStyle=false').pathStyle, false);
  assert.equal(locationOf('s3://clips?pathStyle=true').pathStyle, true);
});

for (const [what, address, reason] of [
  ['no bucket', 's3:///clips', /names no bucket/],
  ['a port', 's3://clips:9000/a', /names no bucket/],
  ['an unknown parameter', 's3://clips?regoin=x', /parameter "regoin" is not known/],
  ['a parameter twice', 's3://clips?region=a&region=b', /region stands there twice/],
  ['an odd region', 's3://clips?region=a%2Fb', /region/],
  ['an endpoint that is none', 's3://clips?endpoint=minio', /endpoint is not an http/],
  ['an endpoint of another kind', 's3://clips?endpoint=ftp://x', /endpoint is not an http/],
  ['an endpoint with a query', 's3://clips?endpoint=http://x/?a=b', /more than an origin/],
  ['an odd style', 's3://clips?pathStyle=1', /pathStyle is neither/],
  ['a hidden prefix', 's3://clips/.staging', /hidden part/],
  ['an empty part', 's3://clips/a//b', /empty or hidden/],
  ['an escaped way up', 's3://clips/a/%2e%2e%2fb', /hidden part/],
  ['a control character', 's3://clips/a%00b', /hidden part/],
  ['a bad escape', 's3://clips/a%zz', /well encoded/],
  ['a long prefix', `s3://clips/${'a'.repeat(130)}`, /120 bytes/],
  ['credentials', 's3://AKIASECRET:hush-hush@clips/a', /holds credentials/],
  ['credentials in the endpoint', 's3://clips?endpoint=http://AKIASECRET:hush-hush@x', /endpoint holds credentials/],
  ['credentials as parameters', 's3://clips?secretAccessKey=hush-hush', /"secretAccessKey" is not known/],
] as const) {
  test(`an address with ${what} is refused, and no secret of it is repeated`, () => {
    assert.throws(
      () => locationOf(address),
      (error) => {
        assert.ok(error instanceof VideoToolsetError);
        assert.equal(error.code, 'invalid_configuration');
        assert.match(error.message, reason);
        assert.match(error.message, /CDN_URL/);
        assert.doesNotMatch(JSON.stringify(error.report()), /hush|AKIA/);
        return true;
      },
    );
  });
}
