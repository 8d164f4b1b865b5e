-- One row per measure of the brake over buy order lines: how many of those in Optiply the plan would hit.
{{ brake('buyOrderLines', ref('int_plan__buy_order_line_changes')) }}
