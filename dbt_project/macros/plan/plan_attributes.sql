{#- The attributes of one entity that are sent and compared under the present flags, in the order of the payload:
    a list of {name, kind, clears}. An attribute whose flag is off is not in the list, so it is absent from payload
    and comparison, and what people typed in Optiply stays (C6).
    name: mart column and key in the payload. kind: text, number, boolean, texts (a list), lines (order lines).
    clears: documented as nullable by Optiply, so a value that becomes null is sent as null (C6). -#}
{% macro plan_attributes(entity) -%}
    {%- set attributes = {
        'products': [
            {'name': 'name', 'kind': 'text'},
            {'name': 'sku_code', 'kind': 'text'},
            {'name': 'article_code', 'kind': 'text', 'clears': true, 'on': flag('map_product_articleCode')},
            {'name': 'ean_code', 'kind': 'text', 'clears': true},
            {'name': 'price', 'kind': 'number'},
            {'name': 'unlimited_stock', 'kind': 'boolean'},
            {'name': 'stock_level', 'kind': 'number', 'on': flag('map_stockLevel')},
            {'name': 'status', 'kind': 'text'},
            {'name': 'assembled', 'kind': 'boolean'},
            {'name': 'created_at_remote', 'kind': 'text'},
            {'name': 'stock_measurement_unit', 'kind': 'text', 'on': flag('unit_filter')},
        ],
        'productCompositions': [
            {'name': 'composed_product_remote_id', 'kind': 'text'},
            {'name': 'part_product_remote_id', 'kind': 'text'},
            {'name': 'part_quantity', 'kind': 'number'},
        ],
        'suppliers': [
            {'name': 'name', 'kind': 'text'},
            {'name': 'emails', 'kind': 'texts', 'on': flag('map_supplier_mail')},
            {'name': 'delivery_time', 'kind': 'number', 'clears': true, 'on': flag('sync_leadTime_suppliers')},
            {'name': 'ignored', 'kind': 'boolean'},
        ],
        'supplierProducts': [
            {'name': 'product_remote_id', 'kind': 'text'},
            {'name': 'supplier_remote_id', 'kind': 'text'},
            {'name': 'name', 'kind': 'text'},
            {'name': 'sku_code', 'kind': 'text'},
            {'name': 'article_code', 'kind': 'text', 'clears': true},
            {'name': 'ean_code', 'kind': 'text', 'clears': true},
            {'name': 'price', 'kind': 'number', 'on': flag('map_purchase_price') != 'none'},
            {'name': 'lot_size', 'kind': 'number', 'clears': true,
             'on': flag('useLOT') or flag('useLOT_PurchaseLotSize')},
            {'name': 'minimum_purchase_quantity', 'kind': 'number', 'clears': true, 'on': flag('useMOQ')},
            {'name': 'delivery_time', 'kind': 'number', 'clears': true, 'on': flag('sync_leadTime_supProducts')},
            {'name': 'preferred', 'kind': 'boolean', 'on': flag('map_preferred_supplier')},
            {'name': 'status', 'kind': 'text'},
        ],
        'sellOrders': [
            {'name': 'placed', 'kind': 'text'},
            {'name': 'completed', 'kind': 'text', 'clears': true},
            {'name': 'total_value', 'kind': 'number'},
            {'name': 'order_lines', 'kind': 'lines'},
        ],
        'buyOrders': [
            {'name': 'placed', 'kind': 'text'},
            {'name': 'completed', 'kind': 'text', 'clears': true},
            {'name': 'supplier_remote_id', 'kind': 'text'},
            {'name': 'total_value', 'kind': 'number'},
            {'name': 'expected_delivery_date', 'kind': 'text', 'clears': true},
            {'name': 'assembly', 'kind': 'boolean'},
        ],
        'buyOrderLines': [
            {'name': 'buy_order_remote_id', 'kind': 'text'},
            {'name': 'product_remote_id', 'kind': 'text'},
            {'name': 'quantity', 'kind': 'number'},
            {'name': 'subtotal_value', 'kind': 'number'},
            {'name': 'expected_delivery_date', 'kind': 'text', 'clears': true},
        ],
        'receiptLines': [
            {'name': 'buy_order_line_remote_id', 'kind': 'text'},
            {'name': 'quantity', 'kind': 'number'},
            {'name': 'occurred', 'kind': 'text'},
        ],
    } -%}
    {{ return(attributes[entity] | rejectattr('on', 'false') | list) }}
{%- endmacro %}
