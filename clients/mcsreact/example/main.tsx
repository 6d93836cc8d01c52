// The panel on a page of its own. Mission and token lie where mcsreact keeps them.

import { type FormEvent, type ReactNode, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

import { MissionScopePanel, type Theme } from "../src/index.js";

const THEMES: readonly Theme[] = ["auto", "light", "dark"];

interface Choice {
  baseUrl: string;
  missionId: string;
  theme: Theme;
}

function Example(): ReactNode {
  const [choice, setChoice] = useState(readChoice);
  const [selected, setSelected] = useState("");
  const choose = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string): string => String(form.get(name) ?? "").trim();
    localStorage.setItem("missionscope.url", field("url"));
    localStorage.setItem("missionId", field("mission"));
    localStorage.setItem("missionscope.theme", field("theme"));
    localStorage.setItem("auth_tokens", JSON.stringify({ accessToken: field("token") }));
    setChoice(readChoice());
  };
  return (
    <>
      <form className="chooser" onSubmit={choose}>
        <label>
          MissionScope
          <input name="url" type="url" required defaultValue={choice.baseUrl} />
        </label>
        <label>
          Mission
          <input name="mission" required defaultValue={choice.missionId} />
        </label>
        <label>
          Token or key
          <input name="token" type="password" autoComplete="off" defaultValue={readToken() ?? ""} />
        </label>
        <select name="theme" aria-label="Theme" defaultValue={choice.theme}>
          {THEMES.map((theme) => (
            <option key={theme}>{theme}</option>
          ))}
        </select>
        <button>Show</button>
        <output aria-label="Selected">{selected}</output>
      </form>
      <div className="stage">
        <MissionScopePanel {...choice} getToken={readToken} onSelect={(node) => setSelected(node?.label ?? "")} />
      </div>
    </>
  );
}

function readChoice(): Choice {
  return {
    baseUrl: localStorage.getItem("missionscope.url") || "http://127.0.0.1:8700",
    missionId: localStorage.getItem("missionId") ?? "",
    theme: THEMES.find((theme) => theme === localStorage.getItem("missionscope.theme")) ?? "auto",
  };
}

function readToken(): string | null {
  const kept: unknown = JSON.parse(localStorage.getItem("auth_tokens") ?? "null");
  return (kept as { accessToken?: string } | null)?.accessToken || null;
}

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <Example />
  </StrictMode>,
);
