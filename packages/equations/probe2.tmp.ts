import { parseBlock, lower, emitJs, interpret } from './src/index.js';
const plain = { where: 'h/f', choices: {}, functions: {} };
const buf=new Float64Array(20);
const N=(name:string,data:any,units:number,extent:any='neuron')=>({name,extent,units,data});
const run=(text:string,a:any[],batch:number,units:number,mk:any=emitJs)=>{const op=lower(parseBlock(text,plain),{find:n=>a.find(o=>o.name===n),names:()=>a.map(o=>o.name)},{batch,units},plain,n=>new Float64Array(n));mk(op)();return op.passes.map(p=>p.kind==='loop'?p.over:p.by)};
// partly overlapping: second half of a is first half of b
const a=N('a',buf.subarray(0,6),3), b=N('b',buf.subarray(2,8),3), x=N('x',Float64Array.of(1,2,3,4,5,6),3), y=N('y',new Float64Array(6),3);
console.log(run('a = x\ny = b',[a,b,x,y],2,3), y.data, 'want 3,4,5,6,0,0');
const s1=N('s1',new Float64Array(2),1,'sample'), s2=N('s2',new Float64Array(2),1,'sample');
buf.set([1,1,1,1,1,1,1,1]);
console.log(run('s1 = sum(b)\na = x\ns2 = sum(b)',[a,b,x,y,s1,s2],2,3), s1.data, s2.data, 'want 3,3 12? ');
// sample and neuron of one unit, same data object
const d=new Float64Array(2); const g=N('g',d,1,'sample'), p=N('p',d,1), q=N('q',new Float64Array(2),1), z=N('z',Float64Array.of(7,8),1);
try{console.log(run('p = z\nq = g',[g,p,q,z],2,1), q.data,'want 7,8');}catch(e:any){console.log(e.message)}
try{console.log(run('q = g\np = z\nq = g + q',[g,p,q,z],2,1), q.data,'want 14,16');}catch(e:any){console.log(e.message)}
const p2=N('p',d.subarray(0),1); d.fill(0);
console.log(run('p = z\nq = g',[g,p2,q,z],2,1), q.data,'want 7,8');
