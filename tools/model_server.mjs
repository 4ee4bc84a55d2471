// A language model on this machine, for tests: a small server that speaks as OpenAI does.
//
//   node tools/model_server.mjs RUNNER MODEL.gguf [PORT=0] [THREADS=1]
//
// RUNNER is the folder whose node_modules hold node-llama-cpp (tools/model.py makes it). Prints its address when it is
// ready, on 127.0.0.1 and nowhere else, and ends when its standard input does, so that it outlives nobody.
// GET /v1/models; POST /v1/chat/completions, with response_format json_schema, one at a time.
// The same request gets the same answer, whatever was asked before it.
import http from 'node:http';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const [runner, file, port = '0', threads = '1'] = process.argv.slice(2);
const library = path.resolve(runner, 'node_modules/node-llama-cpp/dist/index.js');
const {LlamaChat, getLlama} = await import(pathToFileURL(library).href);

const MOST_BYTES = 1_000_000;
const CONTEXT = 4096; // tokens of prompt and answer together
const NAME = path.basename(file, '.gguf');
const llama = await getLlama({build: 'never', gpu: false, maxThreads: +threads, logLevel: 'error'});
const model = await llama.loadModel({modelPath: file});
const context = await model.createContext({contextSize: CONTEXT, sequences: 1, threads: +threads});
const sequence = context.getSequence();

class Refused extends Error {}

/** The schema with each definition where it is used: the library's grammars know neither $ref nor anyOf. */
function inlined(schema, definitions, depth = 0) {
  if (depth > 40) throw new Refused('the schema is nested too deep, or refers to itself');
  if (Array.isArray(schema)) return schema.map((each) => inlined(each, definitions, depth + 1));
  if (schema === null || typeof schema !== 'object') return schema;
  if (schema.$ref) {
    const named = definitions[schema.$ref.replace('#/$defs/', '')];
    if (!named) throw new Refused(`the schema refers to ${schema.$ref}, which it does not hold`);
    return inlined(named, definitions, depth + 1);
  }
  const {$defs, anyOf, properties, ...rest} = schema;
  const whole = {};
  for (const [key, value] of Object.entries(rest)) {
    if (!['title', 'description', 'default', 'examples'].includes(key)) {
      whole[key] = inlined(value, definitions, depth + 1);
    }
  }
  if (anyOf) whole.oneOf = inlined(anyOf, definitions, depth + 1);
  if (properties) {
    // Names of properties are the user's: one may well be called title.
    whole.properties = Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, inlined(value, definitions, depth + 1)]),
    );
  }
  return whole;
}

const said = ({content}) => (typeof content === 'string' ? content : content.map(({text}) => text ?? '').join(''));

/** Our messages as the library's; the answer to come is the last of them. */
function turns(messages) {
  const system = messages.filter(({role}) => role === 'system' || role === 'developer').map(said).join('\n');
  const others = messages.filter(({role}) => role === 'user' || role === 'assistant');
  return [
    ...(system ? [{type: 'system', text: system}] : []),
    ...others.map((each) =>
      each.role === 'user' ? {type: 'user', text: said(each)} : {type: 'model', response: [said(each)]}),
    {type: 'model', response: []},
  ];
}

const tokensOf = (chat, history) =>
  chat.chatWrapper.generateContextState({chatHistory: history}).contextText.tokenize(model.tokenizer);

/**
 * The number of tokens of a conversation, with its system prompt in memory, read by itself. Many requests share one, and
 * most of the time goes into reading; whether it was there already does not show in the answer.
 */
async function opened(chat, history) {
  const whole = tokensOf(chat, history);
  const alone = history[0].type === 'system' ? tokensOf(chat, history.slice(0, 1)) : [];
  const differs = whole.findIndex((token, at) => token !== alone[at]);
  const opening = whole.slice(0, differs === -1 ? whole.length : differs);
  if (sequence.compareContextTokens(opening).firstDifferentIndex === opening.length && opening.length) {
    await sequence.eraseContextTokenRanges([{start: opening.length, end: sequence.nextTokenIndex}]);
  } else {
    await sequence.clearHistory();
    if (opening.length) await sequence.evaluateWithoutGeneratingNewTokens(opening);
  }
  return whole.length;
}

async function answered(asked, signal) {
  if (!Array.isArray(asked.messages)) throw new Refused('there are no messages');
  const form = asked.response_format ?? {type: 'text'};
  if (!['text', 'json_schema'].includes(form.type)) throw new Refused(`response_format ${form.type} is not known here`);
  const schema = form.json_schema?.schema;
  const grammar = schema && (await llama.createGrammarForJsonSchema(inlined(schema, schema.$defs ?? {})));
  const maxTokens = asked.max_tokens ?? asked.max_completion_tokens ?? 400;
  const chat = new LlamaChat({contextSequence: sequence});
  try {
    const history = turns(asked.messages);
    const long = tokensOf(chat, history).length + maxTokens;
    if (long > CONTEXT - 64) throw new Refused(`prompt and answer would take ${long} tokens; ${CONTEXT - 64} fit`);
    const read = await opened(chat, history);
    const before = sequence.tokenMeter.getState();
    const {response, metadata} = await chat.generateResponse(history, {
      grammar, maxTokens, signal, seed: asked.seed ?? 1, temperature: asked.temperature ?? 0,
      topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: {penalty: 1.05},
    });
    const {usedOutputTokens: written} = sequence.tokenMeter.diff(before);
    return {
      id: 'answer', object: 'chat.completion', created: Math.floor(Date.now() / 1000), model: NAME,
      choices: [{
        index: 0, message: {role: 'assistant', content: response},
        finish_reason: metadata.stopReason === 'maxTokens' ? 'length' : 'stop',
      }],
      usage: {prompt_tokens: read, completion_tokens: written, total_tokens: read + written},
    };
  } finally {
    chat.dispose({disposeSequence: false});
  }
}

function reply(response, status, body) {
  if (response.destroyed) return; // whoever asked has gone
  response.writeHead(status, {'content-type': 'application/json'});
  response.end(JSON.stringify(body));
}

const fault = (message) => ({error: {message, type: 'invalid_request_error'}});
let queue = Promise.resolve();

function completion(request, response) {
  const chunks = [];
  const gone = new AbortController();
  let size = 0;
  response.on('close', () => gone.abort());
  request.on('data', (chunk) => {
    size += chunk.length;
    if (size > MOST_BYTES) request.destroy();
    else chunks.push(chunk);
  });
  request.on('end', () => {
    queue = queue.then(async () => {
      if (gone.signal.aborted) return;
      try {
        reply(response, 200, await answered(JSON.parse(Buffer.concat(chunks)), gone.signal));
      } catch (error) {
        if (gone.signal.aborted) return;
        const theirs = error instanceof Refused || error instanceof SyntaxError;
        reply(response, theirs ? 400 : 500, fault(theirs ? error.message : String(error.stack)));
      }
    });
  });
}

const server = http.createServer((request, response) => {
  const asked = `${request.method} ${request.url}`;
  if (asked === 'POST /v1/chat/completions') return completion(request, response);
  if (asked === 'GET /v1/models') return reply(response, 200, {object: 'list', data: [{id: NAME, object: 'model'}]});
  return reply(response, 404, fault(`${asked} is not known here`));
});
server.listen(+port, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/v1`));
process.stdin.resume().on('end', () => process.exit());
