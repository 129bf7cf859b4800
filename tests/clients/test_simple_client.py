"""A client as simple as they come: on one connection, one write and one read of 8,192 bytes."""

from __future__ import annotations

import asyncio
import json
import statistics
import time

import pytest


class SimpleClient:
    """Writes a command in one go and takes whatever one read brings for the whole reply."""

    async def connect(self, port):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)

    async def call(self, kind, params):
        self.writer.write(json.dumps({"type": kind, "params": params}).encode("utf-8"))
        await self.writer.drain()
        reply = json.loads((await self.reader.read(8192)).decode("utf-8"))
        if reply.get("status") == "error":
            raise RuntimeError(reply.get("message"))
        return reply.get("result")


def talk(served, *commands):
    async def all_of_them():
        client = SimpleClient()
        await client.connect(served.port)
        try:
            return [await client.call(kind, params) for kind, params in commands]
        finally:
            client.writer.close()
            await client.writer.wait_closed()

    return asyncio.run(all_of_them())


MANY = (
    "for n in range(300):\n"
    " o = bpy.data.objects.new(f'Gehäuse der Reihe {n:03}', None)\n"
    " bpy.context.collection.objects.link(o)\n"
    "print(len(bpy.data.objects))"
)


def test_its_three_tools_are_answered(served):
    scene, cube, code = talk(
        served,
        ("get_scene_info", {}),
        ("get_object_info", {"name": "Cube"}),
        ("execute_code", {"code": "print('from Blender')"}),
    )
    assert scene["object_count"] >= 3
    assert {each["name"] for each in scene["objects"]} >= {"Cube", "Light", "Camera"}
    assert (cube["type"], cube["mesh"]["vertices"]) == ("MESH", 8)
    assert code == {"executed": True, "result": "from Blender\n"}


def test_its_three_tools_are_answered_in_a_scene_of_300_objects_too(served):
    code, scene, item = talk(
        served,
        ("execute_code", {"code": MANY}),
        ("get_scene_info", {}),
        ("get_object_info", {"name": "Gehäuse der Reihe 299"}),
    )
    assert int(code["result"]) >= 300
    assert scene["object_count"] >= 300
    assert item["type"] == "EMPTY"


def test_an_error_is_an_error_with_its_message_and_the_connection_goes_on(served):
    with pytest.raises(RuntimeError, match=r"line 2: 1 / 0"):
        talk(served, ("execute_code", {"code": "x = 1\n1 / 0"}))
    assert talk(served, ("execute_code", {"code": "print(7)"}))[0]["result"] == "7\n"


def test_a_small_command_takes_less_time_than_a_frame(served):
    """The figure itself is measured by the benchmark; here only that nothing polls or sleeps."""

    async def rounds():
        client = SimpleClient()
        await client.connect(served.port)
        times = []
        for _ in range(50):
            began = time.perf_counter()
            await client.call("get_object_info", {"name": "Cube"})
            times.append(time.perf_counter() - began)
        client.writer.close()
        return statistics.median(times)

    assert asyncio.run(rounds()) < 1 / 24
