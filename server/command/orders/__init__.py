"""WorkOrder 网格工单: from a finding to a checked and closed case."""
