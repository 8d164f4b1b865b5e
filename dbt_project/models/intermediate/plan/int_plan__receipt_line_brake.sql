-- One row per measure of the brake over receipt lines: how many of those in Optiply the plan would hit.
{{ brake('receiptLines', ref('int_plan__receipt_line_changes')) }}
