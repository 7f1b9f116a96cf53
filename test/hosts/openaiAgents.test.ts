import { hostContract } from './contract.ts';
import { openaiAgentsHost } from './openaiAgentsHost.ts';

hostContract(openaiAgentsHost);
