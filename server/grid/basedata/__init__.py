"""信息采集: people, rooms, organisations and facilities, each change a version of its own."""
