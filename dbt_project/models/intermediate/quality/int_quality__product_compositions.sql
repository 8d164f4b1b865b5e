-- One row per composition that is left out, changed or waiting, and why (C9).
with

verdicts as (
    select remote_id, part_stock_qty, part_quantity, has_unusable_batch, rule_id, reason
    from {{ ref('int_compositions__verdicts') }}
),

planned as (
    select remote_id, blocked_by from {{ ref('plan_optiply_product_compositions') }}
),

nameless_materials as (
    select exact_material_id from {{ ref('int_compositions__materials') }}
    where is_chosen and gone_reason is null and remote_id is null
),

listed as (
    select remote_id, rule_id, reason, 'left_out' as severity
    from verdicts
    where rule_id is not null
    union all
    select
        remote_id,
        'C5' as rule_id,
        'quantity ' || {{ plain_number('part_stock_qty') }} || ' is sent as ' || part_quantity as reason,
        'changed' as severity
    from verdicts
    where rule_id is null and part_quantity <> part_stock_qty
    union all
    select
        remote_id,
        'PC3' as rule_id,
        'the batch has no size above 0; taken as 1' as reason,
        'changed' as severity
    from verdicts
    where rule_id is null and has_unusable_batch
    union all
    select
        remote_id,
        'PC6' as rule_id,
        substr(blocked_by, length('waiting: ') + 1) as reason,
        'waiting' as severity
    from planned
    where starts_with(blocked_by, 'waiting: ')
    union all
    select
        exact_material_id as remote_id,
        'PC6' as rule_id,
        'names no part, or a bill of materials that was not read' as reason,
        'left_out' as severity
    from nameless_materials
)

select 'productCompositions' as entity, remote_id, rule_id, reason, severity
from listed
