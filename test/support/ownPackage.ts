import { registerHooks } from 'node:module';
import manifest from '../../package.json' with { type: 'json' };

/** Loading this module has `video-toolset` mean these sources, of which package.json exports what is built of them. */
registerHooks({
  resolve(specifier, context, next) {
    const exported = Object.entries<unknown>(manifest.exports).find(
      ([subpath]) => specifier === `video-toolset${subpath.slice(1)}`,
    )?.[1];
    const { default: built }: { default?: string } = Object(exported);
    if (built === undefined) return next(specifier, context);
    const source = built.replace('./dist/', '../../').replace(/\.js$/, '.ts');
    return { url: new URL(source, import.meta.url).href, shortCircuit: true };
  },
});
