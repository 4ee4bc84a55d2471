-- Corner shop: segmentation 'grid', version 1.
-- Definition 0000000000000000000000000000000000000000000000000000000000000000.
-- Looks from 2024-10-01: orders after it are left out. To look from another day: --as-of.
-- Makes segment_grid_features and segment_grid_assignments anew. For other names: --prefix.
-- Times are in Europe/Paris, amounts in EUR.
-- Scores:
--   R 5: recency_days <= 6
--   R 4: recency_days > 6 and recency_days <= 20
--   R 3: recency_days > 20 and recency_days <= 48
--   R 2: recency_days > 48 and recency_days <= 98
--   R 1: recency_days > 98, or unknown
--   F 1: orders <= 3, or unknown
--   F 2: orders > 3 and orders <= 5
--   F 3: orders > 5 and orders <= 7
--   F 4: orders > 7 and orders <= 11
--   F 5: orders > 11
--   M 1: spend <= 333.6100, or unknown
--   M 2: spend > 333.6100 and spend <= 627.0200
--   M 3: spend > 627.0200 and spend <= 1079.0300
--   M 4: spend > 1079.0300 and spend <= 1676.5400
--   M 5: spend > 1676.5400
-- Segments:
--   Champions: R is 5 and F is 4 to 5 and M is 4 to 5; or R is 4 and F is 5 and M is 4 to 5; or R is 4 and F is
--       4 and M is 5
--   Loyal: R is 5 and F is 4 and M is 3; or R is 3 to 4 and F is 4 and M is 4; or R is 3 to 4 and F is 3 and M
--       is 5; or R is 3 and F is 4 to 5 and M is 4 to 5
--   Potential Loyalist: R is 3 to 5 and F is 5 and M is 1 to 3; or R is 4 to 5 and F is 3 to 4 and M is 1 to 2;
--       or R is 4 to 5 and F is 3 and M is 1 to 3; or R is 3 to 4 and F is 2 and M is 3; or R is 3 and F is 4
--       and M is 1 to 2; or R is 3 and F is 2 to 3 and M is 3
--   New Customers: R is 4 to 5 and F is 1 and M is 1 to 2; or R is 4 and F is 1 to 2 and M is 1 to 2; or R is 3
--       and F is 1 and M is 1
--   Promising: R is 5 and F is 2; or R is 3 to 5 and F is 1 and M is 3 to 5; or R is 4 and F is 1 to 2 and M is
--       4 to 5
--   Need Attention: R is 5 and F is 3 and M is 4 to 5; or R is 3 to 4 and F is 4 and M is 3; or R is 3 to 4 and
--       F is 3 and M is 4; or R is 3 and F is 2 and M is 4 to 5
--   About To Sleep: R is 2 to 3 and F is 2 to 3 and M is 1; or R is 3 and F is 1 and M is 2; or R is 2 and F is
--       2 to 5 and M is 1; or R is 2 and F is 1 and M is 3
--   At Risk: R is 2 and F is 4 to 5 and M is 2 to 5; or R is 1 to 2 and F is 2 to 3 and M is 4 to 5; or R is 1
--       and F is 4 to 5 and M is 2 to 3; or R is 1 and F is 2 to 4 and M is 5; or R is 1 and F is 3 and M is 3
--   Cannot Lose Them: R is 1 to 2 and F is 1 and M is 4 to 5; or R is 1 and F is 5 and M is 4 to 5; or R is 1
--       and F is 4 and M is 4; or R is 1 and F is 1 and M is 3
--   Hibernating: R is 1 to 3 and F is 2 to 3 and M is 2; or R is 2 and F is 2 to 3 and M is 2 to 3; or R is 2
--       and F is 1 and M is 1 to 2; or R is 1 and F is 2 and M is 2 to 3
--   Lost: R is 1 and M is 1; or R is 1 and F is 1 and M is 1 to 2

-- Needs these tables, cleaned as the study cleans them (other columns are not looked at):
--   orders: one row an order, returns apart
--     customer_id: text
--     is_return: boolean, true for what was returned or cancelled
--     ordered_on: date, the day of ordered_at
--     amount: decimal, what the row is worth, negative for returns; null where there are no amounts

-- 1. Features: one row a customer, in these steps:
--   known_orders: what was known on the day, of those who had bought by then
--   rfm_features: one row a customer. recency_days: days from the last order to as_of. orders: count, returns
--       are none. spend: study currency, net of returns; null where the orders carry no amounts.
DROP TABLE IF EXISTS segment_grid_features;
CREATE TABLE segment_grid_features AS
WITH known_orders AS (
  SELECT
    *
  FROM orders
  WHERE
    ordered_on <= CAST('2024-10-01' AS DATE)
    AND customer_id IN (SELECT customer_id FROM orders WHERE NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE))
), rfm_features AS (
  SELECT
    customer_id,
    DATE_DIFF(
      CAST('2024-10-01' AS DATE),
      MAX(CASE WHEN is_return THEN NULL ELSE ordered_on END),
      DAY
    ) AS recency_days,
    COUNT(CASE WHEN is_return THEN NULL ELSE 1 END) AS orders,
    SUM(amount) AS spend
  FROM known_orders AS orders
  GROUP BY
    customer_id
)
SELECT
  rfm_features.customer_id,
  rfm_features.recency_days,
  rfm_features.orders,
  rfm_features.spend
FROM rfm_features;

-- 2. Segments: one row a customer, by the constants of the definition; nothing is fitted here.
DROP TABLE IF EXISTS segment_grid_assignments;
CREATE TABLE segment_grid_assignments AS
WITH scoring_1 AS (
  SELECT
    customer_id,
    CASE
      WHEN recency_days IS NULL
      THEN 1
      WHEN recency_days <= 6
      THEN 5
      WHEN recency_days <= 20
      THEN 4
      WHEN recency_days <= 48
      THEN 3
      WHEN recency_days <= 98
      THEN 2
      ELSE 1
    END AS r_score,
    CASE
      WHEN orders IS NULL
      THEN 1
      WHEN orders <= 3
      THEN 1
      WHEN orders <= 5
      THEN 2
      WHEN orders <= 7
      THEN 3
      WHEN orders <= 11
      THEN 4
      ELSE 5
    END AS f_score,
    CASE
      WHEN spend IS NULL
      THEN 1
      WHEN spend <= CAST('333.6100' AS NUMERIC)
      THEN 1
      WHEN spend <= CAST('627.0200' AS NUMERIC)
      THEN 2
      WHEN spend <= CAST('1079.0300' AS NUMERIC)
      THEN 3
      WHEN spend <= CAST('1676.5400' AS NUMERIC)
      THEN 4
      ELSE 5
    END AS m_score
  FROM segment_grid_features AS features
), scoring_2 AS (
  SELECT
    customer_id,
    r_score,
    f_score,
    m_score,
    CASE
      WHEN (r_score = 5 AND f_score >= 4 AND m_score >= 4)
      OR (r_score = 4 AND f_score = 5 AND m_score >= 4)
      OR (r_score = 4 AND f_score = 4 AND m_score = 5)
      THEN 'champions'
      WHEN (r_score = 5 AND f_score = 4 AND m_score = 3)
      OR (r_score >= 3 AND r_score <= 4 AND f_score = 4 AND m_score = 4)
      OR (r_score >= 3 AND r_score <= 4 AND f_score = 3 AND m_score = 5)
      OR (r_score = 3 AND f_score >= 4 AND m_score >= 4)
      THEN 'loyal'
      WHEN (r_score >= 3 AND f_score = 5 AND m_score <= 3)
      OR (r_score >= 4 AND f_score >= 3 AND f_score <= 4 AND m_score <= 2)
      OR (r_score >= 4 AND f_score = 3 AND m_score <= 3)
      OR (r_score >= 3 AND r_score <= 4 AND f_score = 2 AND m_score = 3)
      OR (r_score = 3 AND f_score = 4 AND m_score <= 2)
      OR (r_score = 3 AND f_score >= 2 AND f_score <= 3 AND m_score = 3)
      THEN 'potential_loyalist'
      WHEN (r_score >= 4 AND f_score = 1 AND m_score <= 2)
      OR (r_score = 4 AND f_score <= 2 AND m_score <= 2)
      OR (r_score = 3 AND f_score = 1 AND m_score = 1)
      THEN 'new_customers'
      WHEN (r_score = 5 AND f_score = 2)
      OR (r_score >= 3 AND f_score = 1 AND m_score >= 3)
      OR (r_score = 4 AND f_score <= 2 AND m_score >= 4)
      THEN 'promising'
      WHEN (r_score = 5 AND f_score = 3 AND m_score >= 4)
      OR (r_score >= 3 AND r_score <= 4 AND f_score = 4 AND m_score = 3)
      OR (r_score >= 3 AND r_score <= 4 AND f_score = 3 AND m_score = 4)
      OR (r_score = 3 AND f_score = 2 AND m_score >= 4)
      THEN 'need_attention'
      WHEN (r_score >= 2 AND r_score <= 3 AND f_score >= 2 AND f_score <= 3 AND m_score = 1)
      OR (r_score = 3 AND f_score = 1 AND m_score = 2)
      OR (r_score = 2 AND f_score >= 2 AND m_score = 1)
      OR (r_score = 2 AND f_score = 1 AND m_score = 3)
      THEN 'about_to_sleep'
      WHEN (r_score = 2 AND f_score >= 4 AND m_score >= 2)
      OR (r_score <= 2 AND f_score >= 2 AND f_score <= 3 AND m_score >= 4)
      OR (r_score = 1 AND f_score >= 4 AND m_score >= 2 AND m_score <= 3)
      OR (r_score = 1 AND f_score >= 2 AND f_score <= 4 AND m_score = 5)
      OR (r_score = 1 AND f_score = 3 AND m_score = 3)
      THEN 'at_risk'
      WHEN (r_score <= 2 AND f_score = 1 AND m_score >= 4)
      OR (r_score = 1 AND f_score = 5 AND m_score >= 4)
      OR (r_score = 1 AND f_score = 4 AND m_score = 4)
      OR (r_score = 1 AND f_score = 1 AND m_score = 3)
      THEN 'cannot_lose_them'
      WHEN (r_score <= 3 AND f_score >= 2 AND f_score <= 3 AND m_score = 2)
      OR (r_score = 2 AND f_score >= 2 AND f_score <= 3 AND m_score >= 2 AND m_score <= 3)
      OR (r_score = 2 AND f_score = 1 AND m_score <= 2)
      OR (r_score = 1 AND f_score = 2 AND m_score >= 2 AND m_score <= 3)
      THEN 'hibernating'
      WHEN (r_score = 1 AND m_score = 1) OR (r_score = 1 AND f_score = 1 AND m_score <= 2)
      THEN 'lost'
    END AS segment_id
  FROM scoring_1
)
SELECT
  customer_id,
  segment_id,
  CASE
    WHEN segment_id = 'champions'
    THEN 'Champions'
    WHEN segment_id = 'loyal'
    THEN 'Loyal'
    WHEN segment_id = 'potential_loyalist'
    THEN 'Potential Loyalist'
    WHEN segment_id = 'new_customers'
    THEN 'New Customers'
    WHEN segment_id = 'promising'
    THEN 'Promising'
    WHEN segment_id = 'need_attention'
    THEN 'Need Attention'
    WHEN segment_id = 'about_to_sleep'
    THEN 'About To Sleep'
    WHEN segment_id = 'at_risk'
    THEN 'At Risk'
    WHEN segment_id = 'cannot_lose_them'
    THEN 'Cannot Lose Them'
    WHEN segment_id = 'hibernating'
    THEN 'Hibernating'
    WHEN segment_id = 'lost'
    THEN 'Lost'
  END AS segment_name,
  CAST(1 AS FLOAT64) AS probability,
  CAST('0000000000000000000000000000000000000000000000000000000000000000' AS STRING) AS definition,
  CAST('2024-10-01' AS DATE) AS as_of,
  r_score,
  f_score,
  m_score
FROM scoring_2;

-- 3. Profile: size and share of each segment, and its means of what the definition reads.
SELECT
  a.segment_id,
  a.segment_name,
  COUNT(*) AS customers,
  CAST(COUNT(*) AS FLOAT64) / SUM(COUNT(*)) OVER () AS customer_share,
  AVG(CAST(f.recency_days AS FLOAT64)) AS mean_recency_days,
  AVG(CAST(f.orders AS FLOAT64)) AS mean_orders,
  AVG(CAST(f.spend AS FLOAT64)) AS mean_spend
FROM segment_grid_assignments AS a
INNER JOIN segment_grid_features AS f
  ON a.customer_id = f.customer_id
GROUP BY
  a.segment_id,
  a.segment_name
ORDER BY
  customers DESC,
  a.segment_id NULLS LAST;

-- 4. Validation: every customer exactly once, from orders to segments. All rows must say ok.
SELECT
  check_number,
  check_name,
  found,
  wanted,
  CASE WHEN found = wanted THEN 'ok' ELSE 'DIFFERS' END AS verdict
FROM (
  SELECT
    1 AS check_number,
    'customers with an order have features' AS check_name,
    (SELECT COUNT(*) FROM segment_grid_features) AS found,
    (
      SELECT
        COUNT(DISTINCT customer_id)
      FROM orders
      WHERE
        NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE)
    ) AS wanted
  UNION ALL
  SELECT
    2 AS check_number,
    'features have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_grid_features) AS found,
    (SELECT COUNT(*) FROM segment_grid_features) AS wanted
  UNION ALL
  SELECT
    3 AS check_number,
    'who has features is assigned' AS check_name,
    (SELECT COUNT(*) FROM segment_grid_assignments) AS found,
    (SELECT COUNT(*) FROM segment_grid_features) AS wanted
  UNION ALL
  SELECT
    4 AS check_number,
    'assignments have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_grid_assignments) AS found,
    (SELECT COUNT(*) FROM segment_grid_assignments) AS wanted
  UNION ALL
  SELECT
    5 AS check_number,
    'each has a segment' AS check_name,
    (SELECT COUNT(segment_id) FROM segment_grid_assignments) AS found,
    (SELECT COUNT(*) FROM segment_grid_assignments) AS wanted
) AS checks
ORDER BY
  check_number NULLS LAST;

-- 5. Validation: every segment of the definition with its customers, also those with none.
SELECT
  s.place,
  s.segment_id,
  s.segment_name,
  COUNT(a.customer_id) AS customers
FROM (
  SELECT
    1 AS place,
    'champions' AS segment_id,
    'Champions' AS segment_name
  UNION ALL
  SELECT
    2 AS place,
    'loyal' AS segment_id,
    'Loyal' AS segment_name
  UNION ALL
  SELECT
    3 AS place,
    'potential_loyalist' AS segment_id,
    'Potential Loyalist' AS segment_name
  UNION ALL
  SELECT
    4 AS place,
    'new_customers' AS segment_id,
    'New Customers' AS segment_name
  UNION ALL
  SELECT
    5 AS place,
    'promising' AS segment_id,
    'Promising' AS segment_name
  UNION ALL
  SELECT
    6 AS place,
    'need_attention' AS segment_id,
    'Need Attention' AS segment_name
  UNION ALL
  SELECT
    7 AS place,
    'about_to_sleep' AS segment_id,
    'About To Sleep' AS segment_name
  UNION ALL
  SELECT
    8 AS place,
    'at_risk' AS segment_id,
    'At Risk' AS segment_name
  UNION ALL
  SELECT
    9 AS place,
    'cannot_lose_them' AS segment_id,
    'Cannot Lose Them' AS segment_name
  UNION ALL
  SELECT
    10 AS place,
    'hibernating' AS segment_id,
    'Hibernating' AS segment_name
  UNION ALL
  SELECT
    11 AS place,
    'lost' AS segment_id,
    'Lost' AS segment_name
) AS s
LEFT JOIN segment_grid_assignments AS a
  ON s.segment_id = a.segment_id
GROUP BY
  s.place,
  s.segment_id,
  s.segment_name
ORDER BY
  s.place NULLS LAST;
