"""Requests to addresses that people of a project choose: never to the inside of the network. Plain Python."""
