/** Gives CodeMirror's text fields names, which screen readers say; by themselves they have none. */
import { useEditorContext } from "@graphiql/react";
import { useEffect } from "react";

export function EditorNames() {
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useEditorContext({ nonNull: true });
  useEffect(() => {
    const named = [
      [queryEditor, "Question"],
      [variableEditor, "Variables, as JSON"],
      [headerEditor, "More headers, as JSON"],
      [responseEditor, "Answer"],
    ] as const;
    for (const [editor, name] of named) editor?.setOption("screenReaderLabel", name);
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);
  return null;
}
