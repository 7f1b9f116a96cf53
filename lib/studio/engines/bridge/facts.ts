import type { JSONObject, SharedV4ProviderMetadata, SharedV4Warning } from '@ai-sdk/provider';

/** xAI bills in ticks, of which a dollar has so many. Source: xAI's API reference, `cost_in_usd_ticks`. */
const TICKS_PER_USD = 1e10;
/** Black Forest Labs bills in credits. Source: its API reference, `cost`, and its page of prices. */
const CREDITS_PER_USD = 100;

/** What the AI SDK warns of, in words for the job. */
export function notesOf(warnings: readonly SharedV4Warning[] = []): string[] {
  return warnings.map((warning) => {
    if (warning.type === 'other') return warning.message;
    if (warning.type === 'deprecated') return `${warning.setting}: ${warning.message}`;
    return `${warning.feature}: ${warning.details ?? `not supported by this model (${warning.type})`}`;
  });
}

/** What the provider says the clip cost, where it says so in dollars. */
export function usdOf(metadata: SharedV4ProviderMetadata | undefined): number | undefined {
  const ticks = Number(metadata?.xai?.costInUsdTicks ?? Number.NaN) / TICKS_PER_USD;
  const gateway = Number(metadata?.gateway?.cost ?? Number.NaN);
  const credits = Number(firstClip(metadata?.blackForestLabs).cost ?? Number.NaN) / CREDITS_PER_USD;
  const prodia = Number(firstClip(metadata?.prodia).dollars ?? Number.NaN);
  return [ticks, gateway, credits, prodia].find((usd) => Number.isFinite(usd) && usd >= 0);
}

function firstClip(facts: SharedV4ProviderMetadata[string] | undefined): JSONObject {
  const [clip] = Array.isArray(facts?.videos) ? facts.videos : [];
  return typeof clip === 'object' && clip !== null && !Array.isArray(clip) ? clip : {};
}
