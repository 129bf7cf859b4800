"""A message sent anew: the scene goes back to before it, it and what followed leave the chat, and
then it is sent, as it was or as it was edited in the composer. Main thread.
"""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, IntProperty

from ..chat.turns import Step, Turn
from ..tools.errors import ToolError
from ..tools.phrase import Phrase, joined
from . import composer, runtime
from .recovery import in_the_way, named
from .words import iface, shown

Context = bpy.types.Context

_GONE = Phrase("That message is gone.")


def take_back(number: int, *, restoring: bool = True) -> str:
    """Bring the scene back to before a turn, and take it and the later ones out of the chat.

    Args:
        number: The turn's.
        restoring: Whether the scene has to go back; else it stays as it is.

    Returns:
        Why it cannot be done, in a sentence, and nothing was; or "".
    """
    here = runtime.current()
    turn = here.chat.turn(number)
    if problem := in_the_way() or ("" if turn else _GONE):
        return problem
    if restoring and (first := _first_change(number)) is not None:
        try:
            here.panel.restored = here.scene.restore(first.number, first.title)
        except ToolError as error:
            return str(error)
    here.chat.take_back(number)
    if here.panel.editing == number:
        here.panel.editing = 0
    return ""


class SCENE_CHAT_OT_edit(bpy.types.Operator):
    """Change this message and send it again; the scene goes back to before it first"""

    bl_idname = "scene_chat.edit"
    bl_label = "Edit Message"
    bl_options = {"INTERNAL"}

    turn: IntProperty()

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        turn = here.chat.turn(self.turn)
        if here.asked_by_tool or turn is None:
            return {"CANCELLED"}
        if not here.panel.editing:
            here.panel.set_aside = composer.words()
        composer.put(turn.words)
        here.panel.pictures = list(turn.pictures)
        here.panel.editing = turn.number
        return {"FINISHED"}


class SCENE_CHAT_OT_edit_cancel(bpy.types.Operator):
    """Leave the message as it was sent"""

    bl_idname = "scene_chat.edit_cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        here.panel.editing, here.panel.pictures = 0, []
        composer.put(here.panel.set_aside)
        here.panel.set_aside = ""
        return {"FINISHED"}


class SCENE_CHAT_OT_resend(bpy.types.Operator):
    """Send this message again; the scene goes back to before it first"""

    bl_idname = "scene_chat.resend"
    bl_label = "Send Again"
    bl_options = {"INTERNAL"}

    turn: IntProperty()
    # SKIP_SAVE: else Blender fills in what the button before had.
    edited: BoolProperty(
        description="Whether what stands in the composer is sent in its place",
        options={"SKIP_SAVE"},
    )
    restoring: BoolProperty(
        default=True, description="Whether the scene goes back first", options={"SKIP_SAVE"}
    )

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        if problem := self._problem():
            return self._refused(problem)
        title, words, button = Phrase("Send Again?"), [], Phrase("Restore and Send")
        self.restoring = True
        try:
            if others := _others_since(self.turn):
                words.append(
                    iface("What was done since goes back too: {what}.", what=named(others))
                )
        except ToolError as error:
            self.restoring = False
            title, button = Phrase("Send Without Restoring?"), Phrase("Send Without Restoring")
            words.append(shown(joined(" ", (str(error), Phrase("The scene stays as it is.")))))
        later = sum(each.number > self.turn for each in runtime.current().chat.turns)
        if later:
            words.append(
                iface(
                    "{count:,} later messages leave the chat, and what they did goes back.",
                    count=later,
                )
            )
        if not words:
            return self.execute(context)
        return set(
            context.window_manager.invoke_confirm(
                self, event, title=shown(title), message=" ".join(words),
                confirm_text=shown(button), icon="QUESTION",
            )
        )  # fmt: skip

    def execute(self, context: Context) -> set[str]:
        panel = runtime.current().panel
        turn = runtime.current().chat.turn(self.turn)
        draft = composer.words(), panel.pictures, panel.chips
        again = not self.edited and turn is not None
        sent = (turn.words, list(turn.pictures), set()) if again else draft
        if problem := self._problem() or take_back(self.turn, restoring=self.restoring):
            return self._refused(problem)
        warning, panel.editing = panel.restored, 0
        # Anew, since the scene went back, and a message in the Text Editor with it.
        composer.put(sent[0])
        _, panel.pictures, panel.chips = sent
        try:
            done = set(bpy.ops.scene_chat.send())
        except RuntimeError as error:
            self.report({"WARNING"}, shown(str(error)))
            done = {"CANCELLED"}
        panel.restored = warning  # which sending forgets
        if "FINISHED" not in done:
            composer.put("\n\n".join(dict.fromkeys(filter(None, (sent[0], draft[0])))))
        elif not self.edited:
            composer.put(draft[0])
            _, panel.pictures, panel.chips = draft
        panel.set_aside = ""
        return done

    def _problem(self) -> str:
        """Why nothing can be sent now, before anything is taken back."""
        here = runtime.current()
        if self.edited and not composer.words().strip():
            return Phrase("Write a message first")
        return (
            in_the_way()
            or ("" if here.chat.turn(self.turn) else _GONE)
            or here.settings().problem()
        )

    def _refused(self, why: str) -> set[str]:
        self.report({"WARNING"}, shown(why))
        return {"CANCELLED"}


def _first_change(number: int) -> Turn | None:
    """The first turn from that one on that changed the scene; None where none did."""
    here = runtime.current()
    for turn in here.chat.turns:
        if turn.number < number:
            continue
        steps = (part.result for part in turn.parts if isinstance(part, Step))
        if any(each and each.receipt for each in steps):
            return turn
        if here.scene.can_restore(turn.number, turn.title):  # by what no receipt shows
            return turn
    return None


def _others_since(number: int) -> tuple[str, ...]:
    """What others did since, and would go back too.

    Raises:
        Unavailable: the scene cannot go back so far.
    """
    first = _first_change(number)
    if first is None:
        return ()
    return runtime.current().scene.others_since(first.number, first.title)


CLASSES = (
    SCENE_CHAT_OT_edit,
    SCENE_CHAT_OT_edit_cancel,
    SCENE_CHAT_OT_resend,
)
