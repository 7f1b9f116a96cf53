/** What a model offers. Where nothing is said of a thing, all of it is passed on, and the provider decides. */
export interface Offer {
  model: RegExp;
  /** Lengths in seconds: these, or all whole ones from the first to the last. */
  seconds?: readonly number[] | { from: number; to: number };
  /** Width to height. */
  ratios?: readonly string[];
  /** Short sides in pixels. */
  resolutions?: readonly number[];
  /** A resolution above this one is made with the longest length only. */
  resolutionOfShortClips?: number;
  /** It takes neither length nor shape, whatever is asked for. */
  isShapeless?: true;
  /** Its package leaves a first frame out, and says nothing. */
  isBlind?: true;
  /** Where the figures come from. */
  source: string;
}

const VEO = 'Google, "Generate videos with Veo" of the Gemini API and the model pages of Vertex AI, autumn 2026';
const XAI = 'documentation of @ai-sdk/xai 5, video model capabilities';
const BFL = '@ai-sdk/black-forest-labs 2';
const MINIMAX = '@ai-sdk/minimax 3';
const ALIBABA = '@ai-sdk/alibaba 2';
const WIDE_OR_TALL = ['16:9', '9:16'];
const GROK_RATIOS = ['1:1', '16:9', '9:16', '4:3', '3:4', '3:2', '2:3'];
const COMMON_RATIOS = ['16:9', '9:16', '1:1', '4:3', '3:4'];

/** The first line that fits rules. */
const OFFERS: readonly Offer[] = [
  {
    model: /^google\/veo-3\.1/,
    seconds: [4, 6, 8],
    ratios: WIDE_OR_TALL,
    resolutions: [720, 1080, 2160],
    resolutionOfShortClips: 720,
    source: VEO,
  },
  {
    model: /^google\/veo-3/,
    seconds: [4, 6, 8],
    ratios: WIDE_OR_TALL,
    resolutions: [720, 1080],
    resolutionOfShortClips: 720,
    source: VEO,
  },
  {
    model: /^(google-vertex|gateway\/google|fal\/(fal-ai\/)?|replicate\/google)\/?veo-?3/,
    seconds: [4, 6, 8],
    ratios: WIDE_OR_TALL,
    resolutions: [720, 1080],
    source: VEO,
  },
  {
    model: /^(google|google-vertex|gateway\/google|replicate\/google)\/veo-2/,
    seconds: { from: 5, to: 8 },
    ratios: WIDE_OR_TALL,
    resolutions: [720],
    source: VEO,
  },
  {
    model: /^(gateway\/)?xai\/grok-imagine-video-1\.5/,
    seconds: { from: 1, to: 15 },
    ratios: GROK_RATIOS,
    resolutions: [480, 720, 1080],
    source: XAI,
  },
  {
    model: /^(gateway\/)?xai\/grok-imagine-video/,
    seconds: { from: 1, to: 15 },
    ratios: GROK_RATIOS,
    resolutions: [480, 720],
    source: XAI,
  },
  {
    model: /^bytedance\//,
    resolutions: [720, 1080],
    source: 'sizes that @ai-sdk/bytedance 1 knows by name',
  },
  {
    model: /^black-forest-labs\//,
    seconds: { from: 5, to: 20 },
    ratios: [...COMMON_RATIOS, '21:9', '2:1'],
    resolutions: [720, 1080],
    source: BFL,
  },
  // What its package does not know by name is made as 2K, which costs the most.
  {
    model: /^minimax\/MiniMax-H3$/,
    seconds: { from: 4, to: 15 },
    ratios: [...COMMON_RATIOS, '21:9'],
    resolutions: [768, 1440],
    source: MINIMAX,
  },
  {
    model: /^minimax\//,
    seconds: { from: 5, to: 15 },
    ratios: [...COMMON_RATIOS, '21:9'],
    resolutions: [480, 768],
    source: MINIMAX,
  },
  {
    model: /^alibaba\/wan2\.7-(t2v|r2v)/,
    ratios: COMMON_RATIOS,
    resolutions: [720, 1080],
    isBlind: true,
    source: ALIBABA,
  },
  { model: /^alibaba\/wan2\.[0-6]-(t2v|r2v)/, isBlind: true, source: ALIBABA },
  { model: /^alibaba\//, ratios: COMMON_RATIOS, resolutions: [720, 1080], source: ALIBABA },
  { model: /^prodia\//, isShapeless: true, source: '@ai-sdk/prodia 1' },
];

export function offerOf(model: string): Omit<Offer, 'model' | 'source'> {
  return OFFERS.find((offer) => offer.model.test(model)) ?? {};
}

const BY_NAME = ['google', 'google-vertex', 'xai', 'gateway', 'bytedance', 'black-forest-labs', 'minimax'];

/**
 * How a provider's package takes the resolution: as one of some sizes by name, as the exact pixels, or not at all.
 * Source: the packages, of the versions in `peerDependencies`.
 */
export function resolutionFormOf(model: string): 'name' | 'pixels' | 'none' {
  const provider = model.split('/')[0] ?? '';
  if (BY_NAME.includes(provider) || /^alibaba\/(?!wan2\.[0-6]-(t2v|r2v))/.test(model)) return 'name';
  // fal and prodia have no field for it, and Replicate's `size` means something else to most of its models.
  return ['fal', 'prodia', 'replicate'].includes(provider) ? 'none' : 'pixels';
}
