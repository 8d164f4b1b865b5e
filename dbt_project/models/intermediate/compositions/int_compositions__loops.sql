-- One row per composition that closes a loop over older ones, of any length (PC5).
with recursive

pairs as (
    select
        remote_id,
        composed_item_id,
        part_item_id,
        -- an age that nobody knows is the youngest
        row_number() over (order by created_at asc nulls last, first_material_id asc, remote_id asc)
            as edge_number
    from {{ ref('int_compositions__pairs') }}
    where composed_item_id <> part_item_id
),

-- in a loop every item is both made of something and part of something
edges as (
    select pairs.remote_id, pairs.composed_item_id, pairs.part_item_id, pairs.edge_number
    from pairs
    semi join pairs as made on pairs.part_item_id = made.composed_item_id
    semi join pairs as used on pairs.composed_item_id = used.part_item_id
),

-- What the part of each edge is made of over older edges. Older ones that closed a loop themselves count too:
-- of every loop the youngest edge is dropped, whatever else is. union, not union all: an item is visited once
-- for each edge, so that it ends.
reached as (
    select remote_id, edge_number, composed_item_id, part_item_id as item_id from edges
    union
    select reached.remote_id, reached.edge_number, reached.composed_item_id, edges.part_item_id as item_id
    from reached
    inner join edges
        on reached.item_id = edges.composed_item_id and reached.edge_number > edges.edge_number
)

select remote_id
from reached
where item_id = composed_item_id
