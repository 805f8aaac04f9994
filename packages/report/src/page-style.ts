/** Look of the page, in light and dark and on paper, and its one optional script. */

export const style = `
:root{color-scheme:light dark;--ink:#1d2329;--soft:#59636e;--line:#d5dae0;--back:#fff;--panel:#f5f7f9;--warn:#8a4b00;--warn-back:#fff4e0;--link:#0b5cad}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ec;--soft:#a3adb8;--line:#3a434d;--back:#15191e;--panel:#1e242b;--warn:#ffcf85;--warn-back:#38290f;--link:#7db8f5}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:78rem;padding:1.5rem clamp(.8rem,3vw,2.5rem) 4rem;background:var(--back);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.7rem;line-height:1.2;margin:.2rem 0 .3rem;overflow-wrap:anywhere}h2{font-size:1.2rem;margin:2.4rem 0 .7rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}h3{font-size:1rem;margin:0 0 .4rem}
p{max-width:46rem;margin:.5rem 0}a{color:var(--link)}.soft,figcaption,caption{color:var(--soft)}
nav{font-size:.9rem;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:.6rem 0}
.verdict{border-left:4px solid var(--link);background:var(--panel);padding:.8rem 1.1rem;margin:1.1rem 0;border-radius:0 6px 6px 0;font-size:1.08rem;overflow-wrap:anywhere}
.verdict p{margin:0;max-width:60rem}.verdict ul{margin:.4rem 0 0;padding-left:1.2rem}
.note{background:var(--warn-back);color:var(--warn);border-radius:6px;padding:.5rem .9rem;margin:.6rem 0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:.6rem 0}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;min-width:min(100%,24rem)}
caption{text-align:left;font-size:.88rem;padding:0 0 .35rem}
th,td{padding:.32rem .75rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}thead th{border-bottom:2px solid var(--ink);vertical-align:bottom}
tbody th{font-weight:600;overflow-wrap:break-word;max-width:20rem}td.n,th.n{text-align:right;white-space:nowrap}thead th.n{white-space:normal}
th button{all:unset;cursor:pointer}th button:focus-visible{outline:2px solid var(--link)}th[aria-sort] button::after{content:" ▴"}th[aria-sort=descending] button::after{content:" ▾"}
.bad{color:var(--warn);font-weight:600}
.key{display:inline-flex;align-items:baseline;gap:.55em}.swatch{flex:none;width:.8em;height:.8em;border-radius:2px;border:1px solid #fff8;vertical-align:-.05em}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,32rem),1fr));gap:1.8rem 1.6rem;align-items:start}
figure{margin:0;min-width:0}.wide{grid-column:1/-1}
.card{background:#fff;border:1px solid var(--line);border-radius:6px;padding:.4rem;overflow-x:auto}.card>div{margin:0 auto}.card svg{display:block;width:100%;height:auto}
figcaption{font-size:.88rem;margin-top:.45rem;max-width:46rem}.data,.save{margin-left:.5em;font:inherit;color:var(--link);background:none;border:0;padding:0;text-decoration:underline;cursor:pointer}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:.5rem 1.5rem;margin:.6rem 0}dl div{min-width:0}dt{font-size:.85rem;color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--panel);padding:.7rem .9rem;border-radius:6px;overflow-x:auto;font-size:.86rem;line-height:1.45}code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre.wrap{white-space:pre-wrap;overflow-wrap:anywhere}summary{cursor:pointer;padding:.3rem 0}ul{padding-left:1.3rem}li{overflow-wrap:anywhere}
@media print{:root{--ink:#000;--soft:#333;--line:#bbb;--back:#fff;--panel:#f5f5f5;--warn:#000;--warn-back:#eee;--link:#000}body{max-width:none;padding:0;font-size:9.5pt}nav,.data,.save,details:not([open]){display:none}figure,tr,.verdict{break-inside:avoid}h2,h3{break-after:avoid}.scroll,.card{overflow:visible}.figures{display:block}figure{margin-bottom:1.2rem}table{font-size:8pt}th,td{padding:.2rem .35rem}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
/** Sorting of tables and saving of figures; the page is complete without. */
export const script = `
for(const table of document.querySelectorAll('table')){const body=table.tBodies[0];if(!body||body.rows.length<2)continue;
[...table.tHead.rows[0].cells].forEach((th,k)=>{const b=document.createElement('button');b.type='button';b.append(...th.childNodes);th.append(b);
b.onclick=()=>{const up=th.getAttribute('aria-sort')!=='ascending';for(const o of table.tHead.rows[0].cells)o.removeAttribute('aria-sort');th.setAttribute('aria-sort',up?'ascending':'descending');
const key=r=>{const c=r.cells[k];return c.dataset.value===undefined?(c.classList.contains('n')?null:c.textContent):Number(c.dataset.value)};
body.append(...[...body.rows].sort((r,s)=>{const x=key(r),y=key(s);if(x===null||y===null)return(x===null)-(y===null);const d=typeof x==='number'&&typeof y==='number'?x-y:String(x).localeCompare(String(y));return up?d:-d}))}})}
for(const figure of document.querySelectorAll('figure')){const svg=figure.querySelector('svg'),b=document.createElement('button');b.type='button';b.className='save';b.textContent='SVG';
b.onclick=()=>{const a=document.createElement('a');a.download=figure.id+'.svg';a.href=URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(svg)],{type:'image/svg+xml'}));a.click();setTimeout(()=>URL.revokeObjectURL(a.href),1000)};
figure.querySelector('figcaption').append(b)}
`;
