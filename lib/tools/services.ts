import type { Config } from '../../types/config.ts';
import type { ProductionServices } from '../production/services.ts';

/** What the tools work with; each part is made on first use. */
export interface Services extends ProductionServices {
  /** Of the tools that the model has: a result names no other as its next step. */
  toolNames: readonly string[];
  config: ProductionServices['config'] & Pick<Config, 'approveDelete'>;
}
