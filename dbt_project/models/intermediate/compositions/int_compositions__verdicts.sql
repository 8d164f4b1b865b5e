-- One row per composition of the chosen BOM source, sent or not, and by which rule (PC3, PC5, C5).
with

pairs as (
    select remote_id, composed_item_id, part_item_id, part_stock_qty, part_quantity, has_unusable_batch
    from {{ ref('int_compositions__pairs') }}
),

loops as (
    select remote_id from {{ ref('int_compositions__loops') }}
),

judged as (
    select
        pairs.*,
        case
            when pairs.composed_item_id = pairs.part_item_id then 'PC5'
            when loops.remote_id is not null then 'PC5'
            when pairs.part_quantity is null then 'PC3'
            when abs(pairs.part_quantity - pairs.part_stock_qty) > 0.1 * pairs.part_stock_qty then 'C5'
        end as rule_id
    from pairs
    left join loops on pairs.remote_id = loops.remote_id
)

select
    *,
    case
        when rule_id = 'PC5' and composed_item_id = part_item_id then 'is part of itself'
        when rule_id = 'PC5' then 'closes a loop over older compositions'
        when rule_id = 'PC3' then 'has no quantity above 0'
        when rule_id = 'C5'
            then
                'quantity ' || {{ plain_number('part_stock_qty') }}
                || ' cannot be rounded within 10 %: give the part a unit factor'
    end as reason
from judged
