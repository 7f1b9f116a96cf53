import type { Config } from '../../types/config.ts';
import type { ProductionServices } from '../production/services.ts';

/** What the tools work with; each part is made on first use. */
export interface Services extends ProductionServices {
  config: ProductionServices['config'] & Pick<Config, 'approveDelete'>;
}
