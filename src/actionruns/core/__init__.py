"""The sans-IO core: values in, values out.

No module in here imports aiohttp, asyncio or anyio, opens a socket, starts a task or reads a
clock, so everything is tested without any of them and the async and the blocking clients share
it by construction.
"""
