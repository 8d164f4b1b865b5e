-- One row per measure of the brake over sell orders: how many of those in Optiply the plan would hit.
{{ brake('sellOrders', ref('int_plan__sell_order_changes')) }}
