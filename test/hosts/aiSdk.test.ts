import { aiSdkHost } from './aiSdkHost.ts';
import { hostContract } from './contract.ts';

hostContract(aiSdkHost);
