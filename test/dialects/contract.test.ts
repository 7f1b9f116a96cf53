import { contract } from './contract.ts';
import { startAzure } from './servers/azure.ts';
import { startLitellm } from './servers/litellm.ts';
import { startNewApi } from './servers/newApi.ts';
import { startOpenai } from './servers/openai.ts';
import { startProxy } from './servers/proxy.ts';
import { startSglang } from './servers/sglang.ts';
import { startEmbeddedStudio } from './servers/studio.ts';
import { startTrtllm } from './servers/trtllm.ts';
import { startVllmOmni } from './servers/vllmOmni.ts';

const SERVERS = [
  ['OpenAI', startOpenai, 'openai'],
  ['Azure', startAzure, 'azure'],
  ['SGLang', startSglang, 'sglang'],
  ['vLLM-Omni', startVllmOmni, 'vllm-omni'],
  ['LiteLLM', startLitellm, 'litellm'],
  ['TensorRT-LLM', startTrtllm, 'tensorrt-llm'],
  ['new-api', startNewApi, 'new-api'],
  ['OpenAI behind gateways', startProxy, 'openai'],
  ['the embedded studio', startEmbeddedStudio, 'studio'],
] as const;

for (const [name, start, server] of SERVERS) {
  contract(name, start, server);
  contract(name, start, 'auto');
}
