-- One row per composition that closes a loop over older ones that stay, of any length (PC5).
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

-- What the part of each edge is made of over older edges. union, not union all: an item is visited once
-- for each edge, so that it ends.
reached as (
    select edge_number, composed_item_id, part_item_id as item_id from edges
    union
    select reached.edge_number, reached.composed_item_id, edges.part_item_id as item_id
    from reached
    inner join edges
        on reached.item_id = edges.composed_item_id and reached.edge_number > edges.edge_number
),

closing as (
    select edge_number, composed_item_id, part_item_id from edges
    semi join reached
        on edges.edge_number = reached.edge_number and edges.composed_item_id = reached.item_id
),

-- the others stay for certain, and what closes a loop over them alone is dropped for certain
reached_over_staying as (
    select edge_number, composed_item_id, part_item_id as item_id from closing
    union
    select reached.edge_number, reached.composed_item_id, edges.part_item_id as item_id
    from reached_over_staying as reached
    inner join edges
        on reached.item_id = edges.composed_item_id and reached.edge_number > edges.edge_number
    anti join closing on edges.edge_number = closing.edge_number
),

certain as (
    select edge_number from reached_over_staying
    where item_id = composed_item_id
),

doubtful as (
    select closing.*, row_number() over (order by closing.edge_number) as turn
    from closing
    anti join certain on closing.edge_number = certain.edge_number
),

-- Those whose every loop runs over another that may be dropped: one after the other from the oldest on, over
-- what stays of the older ones.
decided as (
    select 0 as turn, coalesce(list(edge_number), []) as dropped from certain
    union all
    select
        doubtful.turn,
        if(
            exists (
                with recursive walk as (
                    select doubtful.part_item_id as item_id
                    union
                    select edges.part_item_id as item_id
                    from walk
                    inner join edges on walk.item_id = edges.composed_item_id
                    where
                        edges.edge_number < doubtful.edge_number
                        and not list_contains(decided.dropped, edges.edge_number)
                )

                select walk.item_id from walk
                where walk.item_id = doubtful.composed_item_id
            ),
            list_append(decided.dropped, doubtful.edge_number),
            decided.dropped
        ) as dropped
    from decided
    inner join doubtful on decided.turn + 1 = doubtful.turn
),

dropped as (
    select unnest(dropped) as edge_number from decided
)

select edges.remote_id
from edges
semi join dropped on edges.edge_number = dropped.edge_number
