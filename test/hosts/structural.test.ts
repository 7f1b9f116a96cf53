import { hostContract } from './contract.ts';
import { objectHost, textHost } from './structuralHost.ts';

hostContract(textHost);
hostContract(objectHost);
