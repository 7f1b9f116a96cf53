/**
 * The same Baseline sequence parameter set with a crop on its right and lower edge, so that a picture coded in whole
 * macroblocks is shown in its own size (H.264, 7.3.2.1.1 and 7.4.2.1.1). 4:2:0, so crops count in units of two pixels.
 */
export function cropSps(sps: Uint8Array, right: number, bottom: number): Uint8Array {
  const reader = createBitReader(withoutEmulation(sps));
  const writer = createBitWriter();
  const copy = (bits: number) => {
    const value = reader.bits(bits);
    writer.bits(value, bits);
    return value;
  };
  const copyUnsigned = () => {
    const value = reader.unsigned();
    writer.unsigned(value);
    return value;
  };
  for (let byte = 0; byte < 4; byte++) copy(8); // NAL header, profile, constraints, level
  copyUnsigned(); // seq_parameter_set_id
  copyUnsigned(); // log2_max_frame_num_minus4
  const orderType = copyUnsigned();
  if (orderType === 0) copyUnsigned();
  else if (orderType === 1) throw new Error('The encoder wrote a picture order that is not known here');
  copyUnsigned(); // max_num_ref_frames
  copy(1); // gaps_in_frame_num_value_allowed_flag
  copyUnsigned(); // pic_width_in_mbs_minus1
  copyUnsigned(); // pic_height_in_map_units_minus1
  copy(1); // frame_mbs_only_flag
  copy(1); // direct_8x8_inference_flag
  if (reader.bits(1) === 1) for (let edge = 0; edge < 4; edge++) reader.unsigned();
  writer.bits(1, 1);
  for (const crop of [0, right / 2, 0, bottom / 2]) writer.unsigned(crop);
  if (reader.bits(1) === 1) throw new Error('The encoder wrote display information that is not known here');
  writer.bits(0, 1);
  writer.bits(1, 1); // stop bit
  return withEmulation(writer.bytes());
}

function createBitReader(bytes: Uint8Array) {
  let position = 0;
  const bits = (count: number) => {
    let value = 0;
    for (let index = 0; index < count; index++, position++) {
      value = value * 2 + (((bytes[position >> 3] ?? 0) >> (7 - (position & 7))) & 1);
    }
    return value;
  };
  const unsigned = () => {
    let zeros = 0;
    while (zeros < 32 && bits(1) === 0) zeros++;
    return 2 ** zeros - 1 + bits(zeros);
  };
  return { bits, unsigned };
}

function createBitWriter() {
  const written: number[] = [];
  const bits = (value: number, count: number) => {
    for (let index = count - 1; index >= 0; index--) written.push(Math.floor(value / 2 ** index) & 1);
  };
  const unsigned = (value: number) => {
    const length = Math.floor(Math.log2(value + 1));
    bits(0, length);
    bits(value + 1, length + 1);
  };
  const bytes = () => {
    const result = new Uint8Array(Math.ceil(written.length / 8));
    written.forEach((bit, index) => {
      result[index >> 3] = (result[index >> 3] ?? 0) | (bit << (7 - (index & 7)));
    });
    return result;
  };
  return { bits, unsigned, bytes };
}

/** Inside a NAL unit a 3 follows each pair of zero bytes that something up to 3 comes after. */
function withoutEmulation(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, index) => !(byte === 3 && index > 1 && bytes[index - 1] === 0 && bytes[index - 2] === 0));
}

function withEmulation(bytes: Uint8Array): Uint8Array {
  const result: number[] = [];
  for (const byte of bytes) {
    if (byte <= 3 && result.at(-1) === 0 && result.at(-2) === 0) result.push(3);
    result.push(byte);
  }
  return Uint8Array.from(result);
}
