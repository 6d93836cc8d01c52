// What went into a step and what came out of it.

import type { ReactNode } from "react";

import { inputLines, resultLines, type ValueLine } from "../model/step_values.js";
import type { StepDetail } from "../wire/types.js";

export function StepValues({ step }: { step: StepDetail }): ReactNode {
  const results = resultLines(step);
  const declared = step.outputs_declared.filter((name) => !results.some((line) => line.name === name));
  return (
    <>
      <Values title="Inputs" lines={inputLines(step)} />
      <Values title="Result" lines={results} />
      {declared.length > 0 && (
        <p className="msx-dim">
          {results.length > 0 ? "also declares " : "declares "}
          <bdi>{declared.slice(0, 12).join(", ")}</bdi>
        </p>
      )}
    </>
  );
}

function Values({ title, lines }: { title: string; lines: readonly ValueLine[] }): ReactNode {
  if (lines.length === 0) return null;
  return (
    <>
      <h4 className="msx-subtitle">{title}</h4>
      <dl className="msx-facts msx-values">
        {lines.map(({ name, text, takes, isFailed }, at) => (
          <div key={`${name} ${at}`}>
            <dt>
              <bdi>{name}</bdi>
            </dt>
            <dd className={isFailed ? "msx-is-failed msx-hued" : ""}>
              {takes !== "" && (
                <span className="msx-dim">
                  takes output <bdi>{takes}</bdi>{" "}
                </span>
              )}
              <bdi>{text}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
