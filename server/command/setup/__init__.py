"""配置台: what the city decides, read, compared, proposed and published, whatever its kind."""
